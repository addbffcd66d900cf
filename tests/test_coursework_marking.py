"""Points: masters get all, untouched copies none, every listed wrong answer keeps exactly what the list says."""

from __future__ import annotations

import coursework_cases as cases
import nbformat
import numpy as np
import pytest

from gradnotes.coursework import build, feedback, marking, submissions
from gradnotes.coursework.sandbox import Limits

QUESTIONS = [question.id for slug in cases.SLUGS for question in cases.spec(slug).questions]


@pytest.mark.parametrize("seed", ["tests", "another"])
@pytest.mark.parametrize("case", cases.cases(), ids=lambda case: f"{case.question} {case.name}")
def test_listed_answer_keeps_the_listed_points(case, seed):
    record = cases.points(case.question, case.answer, seed)
    wanted = record["max_score"] if case.kept is None else case.kept
    assert record["score"] == pytest.approx(wanted, abs=1e-9), [(c["id"], c["status"]) for c in record["checks"]]
    assert record["status"] == ("ok" if case.kept is None else "wrong")


def test_every_question_has_wrong_answers_and_a_second_right_one():
    for question in QUESTIONS:
        kept = [case.kept for case in cases.cases() if case.question == question]
        assert kept.count(None) >= 1 and len(kept) - kept.count(None) >= 2, question


@pytest.mark.parametrize("slug", cases.SLUGS)
def test_master_scores_everything_and_the_untouched_copy_nothing(slug):
    assignment, folder = cases.spec(slug), build.FOLDER / slug
    for name, score, status in (("master", 10, "ok"), ("student", 0, "no answer")):
        notebook = nbformat.read(folder / f"{name}.ipynb", 4)
        found, changed = submissions.answers(notebook, assignment)
        result = marking.mark(assignment, found, "tests", Limits(), changed, session=cases.InProcess)
        assert (result["score"], result["max_score"], result["status"]) == (score, 10, status)
        assert {record["status"] for record in result["questions"]} == {status}


def returned(value) -> str:
    return f"lambda *args: {value!r}"


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q != "1.6"])
def test_constants_earn_no_hidden_points(question):
    """0, 1, and what the first public check wants, whatever is asked: no hidden check is empty."""
    assignment = cases.spec(cases.slug_of(question))
    record = assignment.question(question)
    public = float(sum(check.points for check in record.checks if check.public))
    last = {}

    class Spy(cases.InProcess):
        def call(self, name, *args):
            value = super().call(name, *args)
            last.setdefault(name, value)
            return value

    cases.points(question, cases.solutions(assignment.slug)[question], session=Spy)
    for value in (0, 1, 0.0, [], None, "balanced", float("nan"), *last.values()):
        names = [name for name in record.functions if f"def {name}(" not in record.driver]
        answer = "\n".join(f"{name} = {returned(value)}" for name in names)
        result = cases.points(question, answer.replace("nan", "float('nan')"))
        assert result["score"] <= public + 1e-12
        assert not any(check["status"] == "ok" and not check["public"] for check in result["checks"]), value


def test_hidden_points_count_only_when_all_public_checks_pass():
    swapped = "def to_logistic(W): return [0.0 for _ in W]"
    record = cases.points("3.6", swapped)
    assert record["score"] == 0 and all(c["message"] == feedback.GATED for c in record["checks"] if not c["public"])


def test_the_first_failing_input_of_a_public_check_is_shown_and_of_a_hidden_one_never():
    public = cases.points("2.1", "def gd_path(a, lr, x0, steps): return [x0]")
    assert "first failing input: gd_path(2, 0.1, 1, 3) gave [1]" in public["checks"][0]["message"]
    assert "the slope of a x^2 / 2 is a x" in public["checks"][0]["message"], "the author's hint"
    hidden = cases.points("1.2", next(c.answer for c in cases.cases() if c.name == "x times s"))
    assert hidden["checks"][2]["status"] == "wrong" and "gain_gradient(" not in hidden["checks"][2]["message"]


def test_random_inputs_depend_on_seed_and_check_alone():
    def draw(*args):
        return marking.generator(*args).random()

    assert draw("a", "slug", "1.1.2") == draw("a", "slug", "1.1.2")
    assert len({draw("a", "slug", "1.1.2"), draw("b", "slug", "1.1.2"), draw("a", "slug", "1.1.3")}) == 3


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ("", "no answer", "empty"),
        ("# nothing yet", "no answer", "empty"),
        ("def sweeps(n, m):\n    raise NotImplementedError()", "no answer", "NotImplementedError"),
        ("def sweeps(n, m): return [n m]", "wrong", "does not run: SyntaxError"),
        ("def sweeps(n, m): return 1 / 0", "wrong", "ZeroDivisionError"),
        ("def sweeps(n, m): return scipy.x", "wrong", "only the answer cell is graded"),
        ("import scipy_that_is_not_there", "wrong", "only the answer cell is graded"),
        ("x = 1", "wrong", "the answer defines no sweeps"),
        ("def sweeps(n, m): raise SystemExit", "wrong", "SystemExit"),
        ("def sweeps(n, m): return sweeps(n, m)", "wrong", "RecursionError"),
        ("def sweeps(n, m): return {n, m}", "wrong", "returns numbers, strings and lists, not set"),
        ("def sweeps(n, m): return [n, m, 0]", "wrong", "first failing input"),
        ("def sweeps(n, m): return [[n], m]", "wrong", "wrong form"),
        ("def sweeps(n, m): raise MemoryError", "memory", "MemoryError"),
    ],
)
def test_status_and_message_of_a_bad_answer(answer, status, words):
    record = cases.points("4.4", answer)
    assert record["score"] == 0 and record["status"] == status
    assert any(words in check["message"] for check in record["checks"]), record["checks"]


def test_arrays_tuples_and_numpy_numbers_are_welcome():
    assert cases.points("4.4", "import numpy as np\ndef sweeps(n, m): return np.array([n, m])")["status"] == "ok"
    assert cases.points("4.4", "import numpy as np\ndef sweeps(n, m): return (np.int64(n), m)")["status"] == "ok"


def test_worst_status():
    assert marking.worst(["ok", "wrong", "no answer"]) == "no answer"
    assert marking.worst(marking.STATUSES) == "tampered" and marking.worst([]) == "no answer"


def test_notebook_asserts_and_the_grader_agree_on_public_checks():
    """A student who runs the check cells in a kernel sees the verdict that the grader reaches."""
    for case in cases.cases():
        assignment = cases.spec(cases.slug_of(case.question))
        question = assignment.question(case.question)
        graded = {c["id"]: c["status"] == "ok" for c in cases.points(case.question, case.answer)["checks"]}
        namespace: dict = {"__name__": "kernel"}
        with np.errstate(all="ignore"):
            for code in (assignment.setup, case.answer, question.driver):
                exec(compile(code, "<kernel>", "exec"), namespace)
            for check in question.checks:
                if check.public:
                    try:
                        exec(compile(check.code, "<check>", "exec"), namespace)
                        seen = True
                    except Exception:
                        seen = False
                    assert seen == graded[check.id], (case.question, case.name, check.id)
