"""`/healthz` while a server is away and comes back."""

from tests.installation import wait_for


def test_healthz_recovers_from_a_channel_layer_that_hung(new_installation):
    made = new_installation().started()
    [valkey] = made.processes("valkey-server")

    valkey.suspend()  # as a network that swallows packets: no answer, no error
    for _ in range(3):
        health = made.health()
        assert health["channel_layer"] == "unavailable"
        assert health["broker"] == "unavailable"
        assert health["database"] == "ok"

    valkey.resume()
    wait_for(made.is_healthy, seconds=30)
