"""Where files are kept: a folder that all hosts share, or a bucket."""

from typing import Any
from urllib.parse import urlsplit


def is_folder(place: str) -> bool:
    return "://" not in place


def storage_backend(place: str, *, endpoint: str = "") -> dict[str, Any]:
    """Return the setting of Django's storage for `STORAGE`.

    Access keys and region come from the environment, as with every program that talks
    to S3: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`.

    Raises
    ------
    ValueError
        If the place is neither a folder nor `s3://bucket/prefix`.
    """
    if is_folder(place):
        # Without a location it follows MEDIA_ROOT, also where a test changes that.
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(place)
    if parts.scheme != "s3" or not parts.netloc:
        message = f"STORAGE={place}: use a folder, or s3://bucket/prefix."
        raise ValueError(message)
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": endpoint or None,
            # Names are random and never used twice; a file is asked for through a view.
            "file_overwrite": False,
            "querystring_auth": True,
            "default_acl": None,
        },
    }
