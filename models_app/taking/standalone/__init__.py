"""What goes into the folder as it is: it knows nothing of Tuneboard."""
