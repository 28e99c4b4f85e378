"""Every environment variable, in one class: the only reader of the environment.

The table in docs/reference/settings.md comes from here. A `.env` file in the working directory is read; real variables
win.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from backend.env_file import PLACEHOLDER, EnvFile
from backend.errors import SettingsError

OWN_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _no_slash(value: object) -> object:
    return value.strip().rstrip("/") if isinstance(value, str) else value


def _no_user(value: object) -> object:
    """What stands before an @ is not shown: it may be a password."""
    if isinstance(value, str) and re.match(r"[^/?#]*//[^/?#]*@", value):
        raise ValueError(
            "it must be one like https://host:port/v1, without a user or a password: the key has a variable of its own"
        )
    return value


def _no_placeholder(value: object) -> object:
    if value == PLACEHOLDER:
        raise ValueError("it is still the placeholder of .env.example")
    return value


def _address(value: object) -> object:
    """HOST:PORT, or a Unix socket as gunicorn names it."""
    text = str(value).strip()
    port = text.rpartition(":")[2]
    usable = ":" in text and re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535
    if not usable and not text.startswith("unix:"):
        raise ValueError("it must be HOST:PORT with a port from 1 to 65535, like 127.0.0.1:9090")
    return text


def _folder(value: object) -> object:
    """Absolute: another folder to work in must not mean another database. What a shell would expand is expanded."""
    path = os.path.expanduser(os.path.expandvars(str(value).strip()))
    if path.startswith("~") or "$" in path:
        raise ValueError("it contains a ~ or $ that cannot be expanded; write the whole path")
    return Path(path).absolute()


def _own_folder() -> Path:
    return user_data_path("open-prompts")


def _blank_is_own_folder(value: object) -> object:
    return value if _blank_is_none(value) else _own_folder()


Url = Annotated[str, BeforeValidator(_no_slash)]
ModelUrl = Annotated[str, BeforeValidator(_no_user), BeforeValidator(_no_slash)]
Optional = Annotated[str | None, BeforeValidator(_blank_is_none)]
OptionalUrl = Annotated[str | None, BeforeValidator(_no_slash), BeforeValidator(_blank_is_none)]
OptionalModelUrl = Annotated[OptionalUrl, BeforeValidator(_no_user)]
Secret = Annotated[SecretStr | None, BeforeValidator(_no_placeholder), BeforeValidator(_blank_is_none)]
Folder = Annotated[Path, BeforeValidator(_folder), BeforeValidator(_blank_is_own_folder)]
Address = Annotated[str, BeforeValidator(_address)]
Number = Annotated[float | None, BeforeValidator(_blank_is_none)]


class Settings(BaseSettings):
    """Names are the variables' names in lower case."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", allow_inf_nan=False)

    label_studio_url: Url = Field("http://localhost:8080", description="address of Label Studio")
    label_studio_api_key: Secret = Field(None, description="access token: Label Studio, Account & Settings")
    openai_api_key: Secret = Field(None, description="key of the model's provider")
    openai_base_url: ModelUrl = Field("https://api.openai.com/v1", description="any OpenAI-compatible server")
    openai_model: str = Field("gpt-4o-mini", description="model for prompts that name none")
    teacher_base_url: OptionalModelUrl = Field(
        None, description="server of the teacher models, if it is not OPENAI_BASE_URL"
    )
    teacher_api_key: Secret = Field(None, description="key for TEACHER_BASE_URL")
    secret_key: Secret = Field(None, description="secret with which stored keys of models' servers are encrypted")
    database_url: Optional = Field(
        None, description="PostgreSQL, if several machines share it; without it, SQLite in DATA_DIR"
    )
    redis_url: Optional = Field(None, description="Redis, through which workers share the work")
    data_dir: Folder = Field(default_factory=_own_folder, description="folder of the database; one per user")
    max_image_mb: float = Field(20, gt=0, description="largest file of a picture or document that is read, in MB")
    allow_foreign_urls: bool = Field(
        False,
        description="whether files are read from hosts that only a task names, without any credential",
    )
    evaluate_pushes: bool = Field(True, description="whether `evaluate` pushes its predictions")
    price_in: Number = Field(None, ge=0, description="USD per million prompt tokens, for all models")
    price_out: Number = Field(None, ge=0, description="USD per million completion tokens; set both prices or neither")
    max_usd_per_day: Number = Field(
        None, ge=0, description="USD a day (UTC) that the server may spend; without it, no limit"
    )
    monthly_budget: Number = Field(
        None,
        ge=0,
        description="USD a month (UTC) that each person's runs by page and API may cost; without it, no limit",
    )
    requests_per_minute: Number = Field(
        None, ge=1, description="most requests a minute; without it, what the server states"
    )
    tokens_per_minute: Number = Field(
        None, ge=1, description="most tokens a minute; without it, what the server states"
    )
    concurrency: int = Field(32, ge=1, le=1024, description="highest number of requests in flight, per process")
    max_in_flight: int = Field(0, ge=0, description="most requests in flight per model, over all workers; 0: no limit")
    request_timeout_s: float = Field(60, gt=0, description="seconds one request may take")
    predict_deadline_s: float = Field(85, gt=0, description="seconds /predict may take; Label Studio waits 100")
    failure_ttl_s: float = Field(30, ge=0, description="seconds for which the server does not repeat a failed request")
    basic_auth_user: Optional = Field(None, description="user name that Label Studio must send to the server")
    basic_auth_pass: Secret = Field(None, description="password that Label Studio must send to the server")
    allow_no_auth: bool = Field(False, description="let the server listen beyond loopback without a password")
    prompts_editors: Optional = Field(
        None,
        description="e-mails, separated by commas, of people who may change and run prompts; without it, everyone may",
    )
    page_url: OptionalUrl = Field(
        None, description="address at which browsers reach the server, if it is not this machine's"
    )
    bind: Address = Field("127.0.0.1:9090", description="address that the server listens on")
    max_body_mb: float = Field(64, gt=0, description="largest request body that the server reads")
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="port on which a worker serves /metrics; without it, none"
    )
    metrics_host: str = Field("127.0.0.1", description="address of that port, which needs no password")
    log_format: Literal["text", "json"] = Field("text", description="`json`: one JSON object per line, with ids")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file: Any = dotenv_settings
        return init_settings, env_settings, EnvFile(settings_cls, file.env_file, file.env_file_encoding)

    def database(self) -> str:
        """SQLAlchemy's URL of the database."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'prompts.sqlite3'}"
        for scheme in ("postgres://", "postgresql://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    def prices(self) -> tuple[float, float] | None:
        """USD per million prompt and completion tokens. Raises SettingsError when only one of them is set."""
        if self.price_in is None and self.price_out is None:
            return None
        if self.price_in is None or self.price_out is None:
            raise SettingsError("Set both PRICE_IN and PRICE_OUT (USD per million tokens), or neither.")
        return self.price_in, self.price_out

    def variable(self, name: str) -> str | None:
        """The value of an environment variable that is not a setting, from the environment or from .env."""
        return os.environ.get(name) or EnvFile(type(self)).env_vars.get(name.lower())

    def as_environment(self) -> dict[str, str]:
        """For a process of ours that is to have the very same settings: this environment with them written into it."""
        own = {name.upper(): _plain(value) for name, value in self if value is not None}
        return {name: value for name, value in os.environ.items() if name.lower() not in type(self).model_fields} | own

    def may_edit(self, email: str) -> bool:
        """Whether somebody may change and run prompts by page and API."""
        if self.prompts_editors is None:
            return True
        return email.casefold() in {name.strip().casefold() for name in self.prompts_editors.split(",")}

    def local_url(self) -> str | None:
        """Where this machine reaches the server; None when it listens elsewhere."""
        return f"http://{self.bind}" if self._is_local() else None

    def page(self) -> str | None:
        """Where browsers find the page; None when that is not known."""
        url = self.page_url or self.local_url()
        return None if url is None else f"{url}/prompts"

    def _is_local(self) -> bool:
        host = self.bind.rpartition(":")[0].strip("[]")
        return host in ("localhost", "::1") or host.startswith("127.")

    def describe_server(self) -> str:
        """How the server listens, for people. Raises SettingsError when it would stand open."""
        if self.basic_auth_user and self.basic_auth_pass:
            return f"{self.bind}, with a password"
        if self.basic_auth_user or self.basic_auth_pass:
            raise SettingsError("Set both BASIC_AUTH_USER and BASIC_AUTH_PASS, or neither.")
        if self._is_local():
            return f"{self.bind}, without a password, reachable from this machine only"
        if self.allow_no_auth:
            return f"{self.bind}, open to everyone who can reach it (ALLOW_NO_AUTH)"
        raise SettingsError(
            f"The server would listen on {self.bind} without a password: set BASIC_AUTH_USER and BASIC_AUTH_PASS, "
            "or ALLOW_NO_AUTH=true if only trusted machines can reach it."
        )


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def load_settings(**values: str | None) -> Settings:
    """`values`: settings that count in place of the environment's, by name. Raises SettingsError that names the
    variable, never its value."""
    try:
        return Settings(**values)  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "a setting"
        why = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} is not usable ({why}): correct it in the environment or in .env.") from None


def own_authorities() -> tuple[str, str] | None:
    """The variable that names whose certificates to trust, and its value; None for those of the system."""
    return next(((name, value) for name in OWN_AUTHORITIES if (value := os.environ.get(name))), None)
