# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a backup set is described, for the documentation of each module that takes sets."""

from __future__ import annotations

_SETS = r"""
options:
  sets:
    description: The backup sets; the same list serves M(dulae_backup), M(dulae_vault) and M(dulae_restore_drill).
    type: list
    elements: dict
    required: true
    suboptions:
      system:
        description: Name of the system that the data belong to.
        type: str
        default: ""
      name:
        description: Name of the set; with C(system) it makes the finding's subject, V(SYSTEM/NAME).
        type: str
        default: ""
      subject:
        description: The finding's subject as it is; by default V(SYSTEM/NAME).
        type: str
        default: ""
      kind:
        description: What made the copies.
        type: str
        choices: [pg_dump, mariadb_dump, pg_basebackup, tar, files, restic, borg, pgbackrest, barman]
        required: true
      path:
        description: Folder of the copies, or one copy, or a repository.
        type: path
        required: true
      pattern:
        description:
          - Which files of the folder are copies of this set, as a shell pattern; of a V(restic) repository the host, a
            tag or a path of its snapshots, of a V(borg) repository the names of its archives.
        type: str
        default: "*"
      max_age_hours:
        description: How old the newest copy may be.
        type: int
        default: 26
      min_bytes:
        description: How large the newest copy must be.
        type: int
        default: 1
      min_count:
        description: How many copies there must be.
        type: int
        default: 1
      max_shrink_percent:
        description: How much smaller than the median of its older copies the newest may be; 0 for any size.
        type: int
        default: 0
      max_growth_percent:
        description: How much larger than the median of its older copies the newest may be; 0 for any size.
        type: int
        default: 0
      retention:
        description:
          - How many copies of each step are kept. A copy that is missing between a newer and an older one fails;
            one and a half periods may pass without any, or as long as C(max_age_hours) where that is longer.
          - Where backups are made on working days alone, let C(max_age_hours) span a weekend.
        type: dict
        default: {}
        suboptions:
          daily:
            description: Copies of so many last days; 0 for none.
            type: int
            default: 0
          weekly:
            description: Copies of so many last weeks; 0 for none.
            type: int
            default: 0
          monthly:
            description: Copies of so many last months (31 days); 0 for none.
            type: int
            default: 0
      second_path:
        description: Folder where the newest copy must lie as well, the same; empty for none.
        type: path
        default: ""
      second_max_age_hours:
        description: How old the newest copy in O(sets[].second_path) may be; 0 demands the newest of all.
        type: int
        default: 0
      database:
        description:
          - What the data must be of, compared at V(content) where the copy or its manifest tells it - the name of the
            database, or the system identifier of a physical copy (V(pg_basebackup), V(pgbackrest), V(barman)).
        type: str
        default: ""
      inside:
        description:
          - What the snapshots of a V(restic) or V(borg) repository hold, such as a dump that is made before each
            snapshot. The newest path that matches, in the newest snapshot, is examined or drilled as a copy of its own
            kind, read as a stream from the repository. Its age is judged too.
          - O(sets[].min_bytes), O(sets[].manifest) (which lies beside it in the snapshot), O(sets[].database),
            O(sets[].expect) and what a drill asks are then about it; all else is about the snapshots. Two things in
            one repository are two sets.
        type: dict
        suboptions:
          path:
            description:
              - Its path in the snapshot, whose folders and name may be shell patterns, as V(var/backup/crm-*.dump); a
                restic snapshot holds whole paths from the root on. Links are not followed.
            type: str
            required: true
          kind:
            description: What it is. V(files) is a folder.
            type: str
            choices: [pg_dump, mariadb_dump, pg_basebackup, tar, files]
            required: true
      password_file:
        description: File that holds the passphrase of a repository, which the checking user may read.
        type: path
        default: ""
      key_file:
        description: File that holds the key of a V(borg) repository, where the key is not kept in it.
        type: path
        default: ""
      stanza:
        description: The stanza (V(pgbackrest)) or server (V(barman)) that is meant, where the repository holds several.
        type: str
        default: ""
      expect:
        description: What a copy must hold, compared at V(content).
        type: dict
        default: {}
        suboptions:
          tables:
            description: Tables of a dump.
            type: list
            elements: dict
            default: []
            suboptions:
              name:
                description: Name of the table, with or without its schema (V(users), V(public.users)).
                type: str
                required: true
              min_rows:
                description: Its least rows; 0 for a table that may become empty.
                type: int
                default: 1
          files:
            description: Files of an archive or folder.
            type: list
            elements: dict
            default: []
            suboptions:
              pattern:
                description: Which paths inside the copy, as a shell pattern.
                type: str
                required: true
              min_files:
                description: The least files of it.
                type: int
                default: 1
      level:
        description: How much shall be proven; each level includes those before it.
        type: str
        choices: [present, fresh, structure, integrity, content]
        default: integrity
      manifest:
        description: Whether a copy without a manifest beside it (C(FILE.manifest.json)) fails, or only warns.
        type: str
        choices: [optional, required]
        default: optional
"""

_PASSED_OVER = r"""
      drill:
        description: Whether the set is restored in drills. Passed over here.
        type: bool
        default: false
      assertions:
        description: Queries that a restored copy must answer. Passed over here.
        type: list
        elements: dict
        default: []
"""

_DRILL = r"""
      drill:
        description: Whether the set is restored in drills. Every set of this list is restored.
        type: bool
        default: false
      assertions:
        description: Queries that a restored copy must answer. With a manifest the tables are compared too.
        type: list
        elements: dict
        default: []
        suboptions:
          sql:
            description: A query of one value; tables outside the schema C(public) need their schema before the name.
            type: str
            required: true
          expect:
            description: The value that it must give, as text, or the number that C(tolerance_percent) is about.
            type: str
          min:
            description: The least number that it may give. Stands without C(expect).
            type: str
          max:
            description: The greatest number that it may give. Stands without C(expect).
            type: str
          tolerance_percent:
            description: By how many percent of C(expect) the number may differ from it.
            type: str
      attachments:
        description: Files that rows of the restored database speak of; their names are never told.
        type: dict
        suboptions:
          sql:
            description:
              - A query giving C(path), and where the database knows them C(bytes) and C(sha256), of each attachment.
              - C(path) is as it stands in the archive, or relative to the folder.
            type: str
            required: true
          set:
            description:
              - Name of the set of the same system and in this list that holds the files - one of kind V(tar), or one
                with V(tar) or V(files) inside its snapshots. Its first copy made after the dump is read, or the newest.
            type: str
            default: ""
          folder:
            description: A folder that holds the files, instead of C(set).
            type: path
            default: ""
          sample:
            description: How many files are hashed, of those whose SHA-256 the rows tell.
            type: int
            default: 50
          seed:
            description: What the sample is drawn with; empty for one that nobody can foresee. The finding tells it.
            type: str
            default: ""
          max_missing:
            description: How many attachments may have no file.
            type: int
            default: 0
      drill_database:
        description:
          - Which database of a physical copy (V(pg_basebackup), V(pgbackrest), V(barman)) is asked (assertions, Thai
            text, attachments, indexes). By default the one of the manifest beside the copy, or the only one there is
            besides V(postgres) and templates.
        type: str
        default: ""
      thai_text:
        description:
          - When text columns are sampled for marks of a broken encoding. V(auto) where no digest of a manifest makes it
            needless, and marks only warn; V(always) says that there is Thai text, and marks fail.
        type: str
        choices: [auto, always, never]
        default: auto
      pick:
        description:
          - Which copy is restored. V(random) draws the copy whose SHA-256 of C(SEED NAME), with one space, comes
            first in hexadecimal order, so that anybody can repeat the draw.
        type: str
        choices: [newest, random]
        default: newest
      within_days:
        description: How many days old the copy may be; 0 for any age. That there is none fails.
        type: int
        default: 0
      seed:
        description: What the copy is drawn with; empty for one that nobody can foresee. The finding tells it.
        type: str
        default: ""
      newest_record_sql:
        description: A query for the time of the newest record; what says no time zone is taken as UTC.
        type: str
        default: ""
      max_record_age_hours:
        description: How old the newest record may be, for a copy drawn by lot when it was made; 0 for any age.
        type: int
        default: 0
      max_rpo_hours:
        description: How old the data of the newest copy may be; 0 for any age.
        type: int
        default: 0
      max_rto_minutes:
        description: How long restoring and proving may take; 0 for any time.
        type: int
        default: 0
"""


class ModuleDocFragment:
    """The option ``sets``: as the modules that look at copies take it, and (``.drill``) as a drill does."""

    DOCUMENTATION = _SETS.rstrip() + _PASSED_OVER
    DRILL = _SETS.rstrip() + _DRILL
