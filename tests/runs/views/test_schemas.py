import json

from runs.search.schema import space_schema


def test_schema_of_spaces_is_served_to_anybody(client):
    answer = client.get("/schemas/spaces.json")

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/schema+json")
    assert json.loads(b"".join(answer.streaming_content)) == space_schema()
