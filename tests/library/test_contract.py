"""What every module of library/ promises: what it documents is what it takes, and it can be tried without effect."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import pytest
import yaml

from tests.library.conftest import FRAGMENTS, LIBRARY, MODULES, imported, load

FACETS = ("type", "elements", "required", "default", "choices")
ABOUT = ("module", "short_description", "description", "version_added", "author", "options", "attributes")
LICENCE = "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)"
RETURNED = ("findings", "verdict", "summary", "started_at", "elapsed_ms")
# The modules whose task it is to fail: they stand at the end of a run.
GATES = {"dulae_seal"}
PLAIN_TYPES = {"str", "int", "float", "bool", "list", "dict", "path", "raw"}


class _Called(Exception):
    """Carries what a module gave to AnsibleModule out of main()."""


def _asked(name: str) -> dict[str, Any]:
    """Return how a module calls AnsibleModule."""

    def stop(**given: Any) -> None:
        raise _Called(given)

    module = load(name)
    with mock.patch.object(module, "AnsibleModule", stop), pytest.raises(_Called) as caught:
        module.main()
    given: dict[str, Any] = caught.value.args[0]
    return given


def _document(name: str, part: str) -> Any:
    said = yaml.safe_load(getattr(load(name), part))
    if part == "DOCUMENTATION":
        for shared in filter(None, [said.get("extends_documentation_fragment")]):
            said["options"] = {**_fragment(shared)["options"], **said["options"]}
    return said


def _fragment(shared: str) -> Any:
    """Return what a fragment of ``plugins/doc_fragments`` adds; ``FILE.NAME`` means its attribute NAME."""
    file, _, name = shared.partition(".")
    module = imported(FRAGMENTS / f"{file}.py")
    return yaml.safe_load(getattr(module.ModuleDocFragment, (name or "documentation").upper()))


def _shape(options: Mapping[str, Any], nested: str) -> dict[str, Any]:
    """Return options with the facets that bind a caller; ``nested`` is the key under which deeper ones stand."""
    return {
        name: {
            **{facet: about[facet] for facet in FACETS if about.get(facet) not in (None, False)},
            "type": about.get("type", "str"),
            "nested": _shape(about.get(nested) or {}, nested),
        }
        for name, about in options.items()
    }


def _documented(options: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each documented option, and those within."""
    for name, about in options.items():
        yield f"{path}{name}", about
        yield from _documented(about.get("suboptions") or {}, f"{path}{name}.")


def _returned(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each documented return value, and those within."""
    for name, about in values.items():
        yield f"{path}{name}", about
        yield from _returned(about.get("contains") or {}, f"{path}{name}.")


@pytest.mark.parametrize("name", MODULES)
def test_the_documented_options_are_the_accepted_ones(name: str) -> None:
    documented = _shape(_document(name, "DOCUMENTATION").get("options") or {}, "suboptions")
    assert documented == _shape(_asked(name)["argument_spec"], "options")


@pytest.mark.parametrize("name", MODULES)
def test_the_documentation_is_whole(name: str) -> None:
    about = _document(name, "DOCUMENTATION")
    assert not [part for part in ABOUT if not about.get(part)]
    assert about["module"] == name
    assert about["version_added"] == "0.1.0"
    assert about["author"] == "dulae contributors (@dulae)"
    assert {"check_mode", "diff_mode"} <= set(about["attributes"])
    for option, said in _documented(about["options"]):
        assert said.get("description"), f"{name}: {option} has no description"


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_tried_in_check_mode(name: str) -> None:
    assert _asked(name)["supports_check_mode"] is True
    assert _document(name, "DOCUMENTATION")["attributes"]["check_mode"]["support"] == "full"


@pytest.mark.parametrize("name", MODULES)
def test_every_module_lets_the_caller_choose_when_the_task_fails(name: str) -> None:
    fail_on = _asked(name)["argument_spec"]["fail_on"]
    assert fail_on["choices"] == ["never", "unknown", "fail", "warn"]
    assert fail_on["default"] == ("unknown" if name in GATES else "never")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_call_the_module_with_options_that_it_takes(name: str) -> None:
    tasks = _document(name, "EXAMPLES")
    calls = [task[name] or {} for task in tasks if name in task]
    spec = _asked(name)["argument_spec"]
    assert calls
    assert all(task.get("name") for task in tasks)
    for call in calls:
        assert set(call) <= set(spec), f"{name}: an example has {set(call) - set(spec)}"
        missing = {option for option, about in spec.items() if about.get("required")} - set(call)
        assert not missing, f"{name}: an example leaves out {missing}"


@pytest.mark.parametrize("name", MODULES)
def test_what_is_returned_is_documented(name: str) -> None:
    values = _document(name, "RETURN")
    assert set(RETURNED) <= set(values)
    for value, about in _returned(values):
        assert about.get("description"), f"{name}: {value} has no description"
        assert about.get("type") in PLAIN_TYPES, f"{name}: {value} has no type"
    assert all(about.get("returned") for about in values.values())


@pytest.mark.parametrize("name", MODULES)
def test_a_secret_option_stays_out_of_logs(name: str) -> None:
    for option, about in _asked(name)["argument_spec"].items():
        if any(word in option for word in ("password", "secret", "token", "passphrase")):
            assert "no_log" in about, f"{name}: {option} does not say no_log"


@pytest.mark.parametrize("name", MODULES)
def test_the_licence_stands_in_the_file(name: str) -> None:
    first, second = (LIBRARY / f"{name}.py").read_text(encoding="utf-8").splitlines()[:2]
    assert (first, second) == ("#!/usr/bin/python", LICENCE)
