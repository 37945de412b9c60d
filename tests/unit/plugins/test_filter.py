"""The filters, as a template calls them."""

import importlib.util
import pathlib
from types import ModuleType

import pytest
from ansible.errors import AnsibleFilterError

PATH = pathlib.Path(__file__).parents[3] / "plugins/filter/dulae.py"
SYSTEMS = [{"name": "a", "probes": [{"name": "b", "kind": "journey", "password": {"file": "word"}}]}]


@pytest.fixture(scope="module")
def door() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dulae_filter", PATH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_filter_is_named_after_the_project(door: ModuleType) -> None:
    filters = door.FilterModule().filters()
    assert {name.partition("_")[0] for name in filters} == {"dulae"}
    assert all(callable(function) for function in filters.values())


def test_a_probe_s_secret_is_revealed_by_its_subject(door: ModuleType, tmp_path: pathlib.Path) -> None:
    (tmp_path / "word").write_text("sesame\n")
    filters = door.FilterModule().filters()
    probes = filters["dulae_probes"](SYSTEMS, "localhost")
    assert filters["dulae_secrets"](probes, str(tmp_path)) == {"a/b": "sesame"}


def test_a_secret_that_is_missing_fails_as_ansible_wants_it(door: ModuleType, tmp_path: pathlib.Path) -> None:
    filters = door.FilterModule().filters()
    probes = filters["dulae_probes"](SYSTEMS, "localhost")
    with pytest.raises(AnsibleFilterError, match="cannot be read"):
        filters["dulae_secrets"](probes, str(tmp_path))
