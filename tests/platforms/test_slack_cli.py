"""What the command line says of Slack."""

from __future__ import annotations

import asyncio
import json

from tests.fakes import feed_server
from tests.fakes.feed_server import item, page, rss
from tests.fakes.slack_server import slack_server
from tests.test_cli import Run, claimwatch, write_config

__all__ = ["claimwatch"]


async def test_check_tries_slack_s_tokens_and_scopes(claimwatch: Run) -> None:
    async with feed_server.serve() as server, slack_server() as slack:
        server.pages["/good"] = page(rss(item("Ruritania denies sending shells to Freedonia", guid="1")))
        keys = f"[slack]\ntoken = '{slack.token}'\napp_token = '{slack.app_token}'\nbase_url = '{slack.base_url}'"
        write_config(keys, server.url("/good"))
        well = await asyncio.to_thread(claimwatch, "check")
        slack.scopes = "chat:write"
        ill = await asyncio.to_thread(claimwatch, "check")
    assert well.code == 0
    assert "ok    slack: the tokens are claimwatch's" in well.out
    assert ill.code == 1
    assert "MEND  slack: " in ill.out


def test_the_slack_manifest_is_printed_as_json(claimwatch: Run) -> None:
    assert json.loads(claimwatch("slack-manifest").out)["settings"]["socket_mode_enabled"]
