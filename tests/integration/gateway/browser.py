"""A browser as far as sessions go: it keeps cookies, and says where its requests come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.local import people
from tests.integration.gateway.conftest import Gateway


@dataclass
class Browser:
    """One browser at one portal of a gateway."""

    gateway: Gateway
    portal: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The portal's Host header."""
        return f"{people.PORTALS[self.portal]}.localhost:{self.gateway.port}"

    def send(self, method: str, path: str, *, site: str = "same-origin", **more: object) -> httpx.Response:
        """Send a request with what the browser holds, and keep what it is given."""
        headers = {"Host": self.host, "Sec-Fetch-Site": site, **dict(more.pop("headers", {}))}  # type: ignore[call-overload]
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = httpx.request(method, self.gateway.url + path, headers=headers, **more)  # type: ignore[arg-type]
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def sign_in(self, user: str, *, otp: str = "", query: str = "") -> httpx.Response:
        """Go to the provider and back; returns the answer of the way back."""
        away = self.send("GET", f"/session/sign-in{query}", site="none")
        wish = urlsplit(away.headers["location"])
        form = {"username": user, "password": people.PASSWORD, "otp": otp}
        given = httpx.post(f"{self.gateway.url}{wish.path}?{wish.query}", data=form)
        if given.status_code != 303:
            return given
        back = urlsplit(given.headers["location"])
        assert back.netloc == self.host
        return self.send("GET", f"{back.path}?{back.query}", site="cross-site")


def asked(answer: httpx.Response) -> dict[str, str]:
    """What a redirect asks for, by name."""
    return {name: value for name, (value,) in parse_qs(urlsplit(answer.headers["location"]).query).items()}
