"""What lies inside the snapshots of a repository, examined as copies of its own kind are, from the snapshot itself."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Iterator

from ..finding import reason, utc_text
from . import copies, manifest, medium, moment, tar_files, trees
from .copies import Copy, Found, Inventory, Store, shown
from .faults import Bad, CannotTell, Doubt, Fault
from .kinds import KINDS, files
from .kinds.contents import Asked, Contents, Kind
from .kinds.repository import SEPARATOR
from .level import LEVELS
from .manifest import Manifest
from .sets import BackupSet
from .snapshot import Held
from .steps import Examination

NOT_INSIDE = reason(
    "backup.not_inside",
    "{file}: the snapshot holds nothing at {inside}, but {held_instead}; see what is backed up, or correct the path in"
    " the settings",
)
NO_INSIDE = reason(
    "backup.no_inside",
    "{path}: copies of kind {kind} are no snapshots that could be looked into; take inside out of the settings",
)
LINK = reason(
    "backup.inside_link",
    "{file}: {link} is a link in the snapshot, and links are not followed; name in inside the file or folder itself",
)
WRITTEN_MEANWHILE = reason(
    "backup.inside_written_meanwhile",
    "{file}: was changed after the snapshot began, so it may have been read half written; back up when the dump has"
    " ended, or have a manifest made with it",
)

# What the finding of a set tells of its repository, not of what lies in the snapshot.
_OF_REPOSITORY = ("kind", "path", "count", "unfinished")
# So many older snapshots are looked into before one is found to compare with.
_MOST_OLDER = 3
_SHOWN_INSTEAD = 3


@dataclass
class Within(Examination):
    """What lies in a snapshot as it is being examined; ``around`` is the examination of the snapshot."""

    around: Examination | None = None

    @property
    def outer(self) -> Examination:
        """Return the examination of the snapshot."""
        assert self.around
        return self.around

    @property
    def held(self) -> Held:
        """Return the snapshot as a medium."""
        held = self.tools.medium
        assert isinstance(held, Held)
        return held

    @property
    def kind(self) -> Kind:
        """Return the kind of what lies there; a folder is read as its repository packs it."""
        kind = KINDS[self.backup_set.kind]
        return _FOLDER if kind is files.KIND else kind

    @cached_property
    def store(self) -> Store:
        """Return what lies in the snapshot at the place that was said."""
        return Store(find=self._find, look=self._look, being_written=lambda copy, now: False)

    def inventory(self) -> Inventory:
        """Return what was found, newest first; raise Bad if nothing was, CannotTell if only a link was."""
        if not list(self._find()):
            link = next(self._links(), "")
            if link:
                raise CannotTell(LINK, file=self.outer.newest.name, link=shown(link))
            held = ", ".join(map(shown, self._instead())) or "/"
            raise Bad(NOT_INSIDE, file=self.outer.newest.name, inside=self.backup_set.path, held_instead=held)
        return copies.take(self.backup_set, self.store, self.now)

    def _instead(self) -> list[str]:
        """Return some of what is so called in other folders of the snapshot, or else some of its folders."""
        name = os.path.basename(self.backup_set.path)
        held = {path: sorted(self.held.listed(f"/{path}")) for path in sorted(self.held.folders())}
        called = [f"{path}/{one}" for path, all_of in held.items() for one in fnmatch.filter(all_of, name)]
        told = called or [path for path, all_of in held.items() if all_of][-_SHOWN_INSTEAD:]
        return list(dict.fromkeys(os.path.join("/", os.path.normpath(path)) for path in told))[
            :_SHOWN_INSTEAD
        ]

    def _find(self) -> Iterator[Found]:
        """Yield what matches, in each folder that does."""
        folder, name = os.path.split(self.backup_set.path)
        for path in self.held.folders():
            if _matches(path, folder):
                one = replace(self.backup_set, path=f"/{path}", pattern=name)
                for copy, done in KINDS[one.kind].store(one, self.tools).find():
                    yield self._seen(copy), done

    def _links(self) -> Iterator[str]:
        """Yield the links at the place that was said."""
        folder, name = os.path.split(self.backup_set.path)
        for path in filter(lambda path: _matches(path, folder), self.held.folders()):
            for entry, about in self.held.listed(f"/{path}").items():
                if about.is_link and fnmatch.fnmatchcase(entry, name):
                    yield f"/{path}/{entry}"

    def _look(self, copy: Copy) -> Copy:
        """Look whether the snapshot is still there; what lies in it never changes."""
        self.outer.store.look(self.outer.newest)
        return self._seen(copies.look(copy.path, self.tools.medium))

    def _seen(self, copy: Copy) -> Copy:
        """Return a copy as it is called, and a folder without a date of its own as old as its snapshot."""
        snapshot = self.outer.newest
        titled = replace(copy, title=shown(f"{snapshot.name}{SEPARATOR}{copy.path.lstrip('/')}"))
        if self.backup_set.kind != files.NAME or _dated(copy.path, self.held):
            return titled
        return replace(titled, made_at=snapshot.made_at, modified_at=snapshot.made_at)

    @property
    def alike(self) -> tuple[Copy, ...]:
        """Return older ones: those beside it, or else the one in the snapshot before."""
        return self.older or tuple(self._elsewhere)

    @cached_property
    def _elsewhere(self) -> dict[Copy, Held]:
        """Return the newest one in an older snapshot, with that snapshot."""
        for copy in self.outer.alike[:_MOST_OLDER]:
            try:
                other = _opened(replace(self.outer, copy=copy), self.backup_set)
                return {other.inventory().copies[0]: other.held}
            except (Fault, OSError):
                continue
        return {}

    def asked(self, copy: Copy | None = None) -> Asked:
        """Return the question to a copy, wherever it lies."""
        about = super().asked(copy)
        if not copy or copy in self.older:
            return about
        return replace(about, tools=replace(self.tools, medium=self._elsewhere.get(copy, self.held)))

    def told(self) -> dict[str, Any]:
        """Return the numbers of the finding: of what lies there, and of the snapshot and repository around it."""
        outer = self.outer.measured
        of_snapshot = {"snapshot": outer["file"], "snapshot_bytes": outer["bytes"]}
        of_snapshot["snapshot_made_at"] = utc_text(self.outer.newest.made_at)
        return {**outer, **self.measured, **{name: outer[name] for name in _OF_REPOSITORY}, **of_snapshot}


def opened(around: Examination, backup_set: BackupSet) -> Within:
    """Return the examination of what a set says lies in a snapshot; raise Fault if it cannot be looked into."""
    inside = backup_set.inside
    assert inside
    within = replace(
        backup_set.around,
        path=os.path.join(*inside.place),
        kind=inside.kind,
        level=backup_set.level,
        inside=None,
    )
    asked = replace(
        within,
        min_bytes=backup_set.min_bytes,
        manifest=backup_set.manifest,
        database=backup_set.database,
        expected_tables=backup_set.expected_tables,
        expected_files=backup_set.expected_files,
    )
    return _opened(around, replace(asked, min_count=1, manifest_file=""))


def _opened(around: Examination, within: BackupSet) -> Within:
    """Return the examination of a set in a snapshot; raise Fault if the snapshot cannot be looked into."""
    held = around.kind.held
    if not held:
        raise CannotTell(NO_INSIDE, path=shown(around.backup_set.path), kind=around.backup_set.kind)
    there = held(around.backup_set, around.tools, around.newest)
    return Within(within, replace(around.tools, medium=there), around.now, around=around)


def settled(work: Within) -> None:
    """Raise Doubt if a dump was changed after its snapshot began, and no digests say that it is whole."""
    proven = work.made or (work.contents and work.contents.own_digests)
    deep = LEVELS.index(work.backup_set.level) >= LEVELS.index("integrity")
    if deep and not proven and work.newest.modified_at > work.outer.newest.made_at:
        raise Doubt(WRITTEN_MEANWHILE)


def _matches(path: str, pattern: str) -> bool:
    """Say whether a folder is meant by a pattern, part by part."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))


def _dated(path: str, held: Held) -> bool:
    """Say whether a folder tells itself when it was made: by its name, or by a manifest."""
    kept = (manifest.within(path), manifest.beside(path))
    return bool(moment.in_name(os.path.basename(path))) or any(medium.state(held, one) for one in kept)


def _structure(asked: Asked) -> Contents:
    """Return the files of a folder; the repository's digests tell that they are those that were backed up."""
    return replace(files.KIND.structure(asked), own_digests=True)


def _read(asked: Asked) -> None:
    """Read nothing: whoever asks has read the whole repository."""


def _same(asked: Asked, made: Manifest) -> dict[str, Any]:
    """Raise Bad if a file of the manifest is missing or is not the same, Doubt if it lists none."""
    if not made.files:
        raise Doubt(trees.NOT_LISTED, file=asked.copy.name)
    held = asked.tools.medium
    assert isinstance(held, Held)
    found = tar_files.counted(tar_files.members(held, asked.path))
    different = sum(found.get(file.path) != file for file in made.files)
    if different:
        raise Bad(
            trees.OTHER_FILES, file=asked.copy.name, different=different, manifest_items=len(made.files)
        )
    return {"manifest_bytes": made.bytes}


_FOLDER = replace(files.KIND, structure=_structure, read=_read, same=_same)
