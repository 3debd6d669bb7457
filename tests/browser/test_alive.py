"""That a browser finds the server at all."""

from playwright.sync_api import Page
from stage import Serving


def test_a_browser_sees_that_the_server_lives(page: Page, serving: Serving) -> None:
    address = f"{serving.url}/healthz"
    with page.expect_response(address) as answered:
        page.evaluate("address => fetch(address, { mode: 'no-cors' })", address)
    assert answered.value.status == 204
