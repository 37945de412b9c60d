"""``people.yml``: the procedure's roles and who holds them."""

from __future__ import annotations

from pydantic import Field

from dulae.settings.shape import Name, Shape, Words


class Role(Shape):
    """A part that somebody plays in the procedure."""

    id: Name
    title: Words


class Holder(Shape):
    """A person who holds roles; approvers also give the public half of an SSH key."""

    id: Name
    name: Words
    roles: tuple[Name, ...] = Field(min_length=1)
    position: Words | None = None
    email: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    phone: str = ""
    ssh_public_key: str = Field(default="", pattern=r"^$|^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+( .*)?$")


class People(Shape):
    """Roles and their holders."""

    roles: tuple[Role, ...] = Field(min_length=1)
    holders: tuple[Holder, ...] = Field(min_length=1)

    def holding(self, role: str) -> tuple[Holder, ...]:
        """Return everybody who holds a role, in the order of the file."""
        return tuple(holder for holder in self.holders if role in holder.roles)

    def holder(self, identity: str) -> Holder | None:
        """Return a holder by id, or None."""
        return next((holder for holder in self.holders if holder.id == identity), None)

    def role(self, identity: str) -> Role | None:
        """Return a role by id, or None."""
        return next((role for role in self.roles if role.id == identity), None)
