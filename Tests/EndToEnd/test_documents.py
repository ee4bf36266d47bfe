"""README and docs: examples print what is shown, links and citations have targets, and nothing cites
documents outside of the repository."""

import json
import re

import pytest
from documents import Document
from examples import ABSENT, Shell, is_runnable, words
from process import DIGITS, ROOT

PATHS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md",
                                  "benchmarks/README.md")] + sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = {document.name: document for document in map(Document, PATHS)}
# Files that may cite a document.
CITING = ["Sources", "Tests", "tools", "benchmarks", "container", ".ci", "docs", "Makefile",
          "Package.swift", "README.md", "CONTRIBUTING.md"]
# Split, so that this file does not contain them.
FOREIGN = ["contracts" + ".md", "contracts" + " A", "contracts" + " D", "DESIGN" + " §",
           "DESIGN" + ".md", "ancestor" + ".md", "engine" + ".md", "style" + ".md"]


def runs(block) -> bool:
    return block.language == "python" or (
        block.language == "console" and all(map(is_runnable, block.examples())))


def with_examples() -> list[str]:
    return [name for name, document in DOCUMENTS.items() if any(map(runs, document.blocks))]


@pytest.mark.parametrize("name", with_examples())
def test_examples_do_what_they_show(name, tmp_path):
    document = DOCUMENTS[name]
    with Shell(tmp_path) as shell:
        for block in filter(runs, document.blocks):
            if block.language == "python":
                shell.run_python(block)
                continue
            examples = block.examples()
            for example, following in zip(examples, [*examples[1:], None]):
                output = shell.run(example)
                place = f"{name}, line {example.line}: $ {example.command}\n"
                assert example.matches(output), f"{place}prints\n{output}"
                told = following is not None and following.command == "echo $?"
                assert shell.status == 0 or told, f"{place}ends with {shell.status}\n{output}"


def test_the_documents_with_examples_are_these():
    """A tool's name must not exclude an example that can run here."""
    assert {"README.md", "docs/models.md", "docs/http.md", "docs/sagemaker.md", "docs/lambda.md",
            "docs/verify.md", "docs/mxnet.md"} <= set(with_examples())


def test_every_tool_that_is_listed_as_absent_is_needed():
    needed = {word for document in DOCUMENTS.values() for block in document.blocks
              if block.language == "console"
              for example in block.examples() for word in words(example.command)}
    assert ABSENT - needed == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    document = DOCUMENTS[name]
    assert [fault for link in document.links() if (fault := document.broken(link))] == []


def test_the_readme_is_a_first_screen_and_leads_to_every_document():
    readme = DOCUMENTS["README.md"]
    assert len(readme.text.splitlines()) <= 150
    assert set(DOCUMENTS) - {"README.md"} - set(readme.links()) == set()


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.startswith("docs/")])
def test_a_page_opens_with_what_it_answers(name):
    assert re.match(r"# .+\n\nThis page answers: .+\?", DOCUMENTS[name].text, re.DOTALL)


def test_json_is_json():
    for document in DOCUMENTS.values():
        for block in document.blocks:
            if block.language == "json":
                json.loads(block.text)


def test_the_model_settings_that_are_shown_are_those_of_digits():
    [shown] = [block for block in DOCUMENTS["docs/models.md"].blocks if block.language == "json"]
    assert json.loads(shown.text) == json.loads((DIGITS / "amphora.json").read_text())


def files():
    """The texts that may cite a document, by file name."""
    for name in CITING:
        top = ROOT / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                try:
                    yield str(path.relative_to(ROOT)), path.read_text()
                except UnicodeDecodeError:
                    continue


def test_nothing_points_outside_of_the_repository():
    found = [f"{name}: {word}" for name, text in files() for word in FOREIGN if word in text]
    assert found == []


CITATION = re.compile(
    r"docs/([\w-]+\.md)(?:#([\w-]+)| ([A-E]\d+(?:(?:–|, | and )[A-E]\d+)*|0\b))?")


def test_citations_name_what_there_is():
    rules = {heading.split()[0] for heading in DOCUMENTS["docs/platforms.md"].headings()}
    wrong, count = [], 0
    for name, text in files():
        if name.endswith(".md"):
            continue  # Links are checked above.
        for page, anchor, cited in CITATION.findall(text):
            count += 1
            document = DOCUMENTS.get(f"docs/{page}")
            if document is None or anchor and anchor not in document.anchors():
                wrong.append(f"{name}: docs/{page}#{anchor}")
            for rule in re.findall(r"[A-E]\d+|0", cited):
                if page != "platforms.md" or rule not in rules:
                    wrong.append(f"{name}: docs/{page} {rule}")
    assert wrong == []
    assert count > 40


def test_the_errors_are_those_of_the_code():
    declared = set()
    for name, text in files():
        if name.startswith("Sources/") and name.endswith("Failure.swift"):
            declared |= set(re.findall(r'case .+ = "((?:Function|Runtime)\.\w+)"', text))
    table = set(re.findall(r"\| \d{3} \| `(\w+\.\w+)` \|",
                           DOCUMENTS["docs/http.md"].text.replace("| --", "")))
    assert declared and table == declared
