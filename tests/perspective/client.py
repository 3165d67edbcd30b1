"""Asks a service by Google's own library, as a program that moves over would, and prints what came back.

    client.py ADDRESS KEY < questions > answers

Questions and answers are lines of JSON: {"method": "analyze", "body": {...}}, and the answer, or the error as the
library understands it. The library builds itself from the service's own description.
"""

import json
import sys

from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

address, key = sys.argv[1:]
client = build(
    "commentanalyzer",
    "v1alpha1",
    developerKey=key,
    discoveryServiceUrl=address + "/$discovery/rest?version=v1alpha1",
    static_discovery=False,
    # the service under test listens on a port of its own, which its description cannot know
    client_options={"api_endpoint": address},
)
for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = getattr(client.comments(), question["method"])(body=question["body"]).execute()
    except HttpError as error:
        answer = {"status": error.status_code, "reason": error.reason, "details": error.error_details}
    print(json.dumps(answer))
