"""The JSON documents of the API."""

from typing import Literal

from pydantic import BaseModel, Field

from app.core.errors import ErrorCode, ServiceError

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """An error, as defined by RFC 9457."""

    type: str = Field(description="The kind of error as a URN, one for each code.")
    title: str = Field(description="The kind of error, for people.")
    status: int = Field(description="The HTTP status.")
    code: str = Field(description="The kind of error, for programs; stable.")
    detail: str = Field(description="What happened this time.")
    remedy: str = Field(description="What the client can do about it.")
    request_id: str = Field(description="Identifies this request in the service's log.")
    entry: str | None = Field(None, description="The entry of the archive that is at fault.")
    limit: int | None = Field(
        None, description="The limit that was hit, in the unit that `detail` names."
    )

    @classmethod
    def of(cls, error: ServiceError, request_id: str) -> "Problem":
        """The document for an error."""
        code: ErrorCode = error.code
        return cls(
            type=f"urn:docc2context-service:error:{code.value}",
            title=code.title,
            status=code.status,
            code=code.value,
            detail=error.detail,
            remedy=error.remedy,
            request_id=request_id,
            entry=error.entry,
            limit=error.limit,
        )

    def as_json(self) -> str:
        """The document without its empty members."""
        return self.model_dump_json(exclude_none=True)


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str = Field(description="The version of the converter.")


class Check(BaseModel):
    """One thing that a conversion needs."""

    ok: bool
    detail: str


class Readiness(BaseModel):
    """Whether conversions can be accepted, and what each of them needs."""

    status: Literal["ready", "not_ready"]
    checks: dict[str, Check]


class Limits(BaseModel):
    """The settings of the same names that bound what one client may send."""

    max_upload_bytes: int
    max_entries: int
    max_archive_bytes: int
    max_page_bytes: int
    max_output_bytes: int
    conversion_slots: int = Field(description="How many conversions run at once.")
    conversion_queue: int = Field(description="How many more uploads may wait.")
    conversion_queue_wait_seconds: float
    conversion_timeout_seconds: float
    rate_limit: str | None = Field(
        description="How often one client may convert; null if not limited."
    )


class Status(BaseModel):
    """The service at a glance, for people."""

    ready: bool
    checks: dict[str, Check]
    running: int = Field(description="Conversions that hold a slot.")
    waiting: int = Field(description="Uploads that wait for a slot.")
    assets: bool = Field(description="Whether the converter copies assets if asked to.")
    version: str = Field(description="The version of the converter.")
    limits: Limits
