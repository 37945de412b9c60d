"""``accounts`` of a system: where its users are, what may be changed, and which accounts are no single person's."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from dulae.settings.shape import AtLeastOne, Day, Name, Percent, Shape, Text


class Brake(Shape):
    """How much one plan may change before it stops."""

    max_count: AtLeastOne = 20
    max_percent: Annotated[Percent, Field(ge=1)] = 5


class SharedAccount(Shape):
    """An account that several people use, with the holder of people.yml who answers for it."""

    login: Text
    owner: Name


class VendorAccount(Shape):
    """A contractor's account: until the day that is written here, or the end of the contract in contract.yml."""

    login: Text
    ends: Day | None = None


class Accounts(Shape):
    """How the system keeps its users. What else a profile asks for is read by the accounts room."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    database: Name
    profile: Name
    protected: tuple[Text, ...] = ()
    brake: Brake = Brake()
    shared: tuple[SharedAccount, ...] = ()
    vendors: tuple[VendorAccount, ...] = ()
    # One SELECT of register numbers that wait at an account, whose key is its one parameter.
    pending_documents: Text | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Return the profile's own settings, as they stand in the file."""
        return dict(self.model_extra or {})
