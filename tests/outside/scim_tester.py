"""scim2-tester, for a service that can only be read: its checks that read are given what is there."""

from __future__ import annotations

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Resource
from scim2_tester import CheckResult, Status, check_server, checkers
from scim2_tester.utils import CheckConfig, CheckContext

READING = (
    checkers.object_query,
    checkers.object_query_without_id,
    checkers.object_query_with_attributes,
    checkers.object_list_with_attributes,
    checkers.search_with_attributes,
)


class Existing:
    """Stands for what scim2-tester would create: the first resource that the server lists."""

    def __init__(self, context: CheckContext) -> None:
        self._client = context.client

    def create_and_register(self, model: type[Resource], fill_all: bool = False) -> Resource:  # noqa: FBT001, FBT002
        return self._client.query(model).resources[0]

    def cleanup(self) -> None:
        """Nothing was created."""


def judged(scim: httpx2.Client) -> list[CheckResult]:
    """Everything that scim2-tester has to say."""
    client = SyncSCIMClient(scim)
    results = check_server(client, include_tags={"discovery", "misc"})
    context = CheckContext(client, CheckConfig())
    context.resource_manager = Existing(context)
    for resource_type in client.provider.resource_types:
        model = client.provider.model_for(resource_type)
        results += [result for check in READING for result in check(context, model)]
    # What it was not asked for is in the list as well.
    return [result for result in results if not (result.status is Status.SKIPPED and "tag" in (result.reason or ""))]
