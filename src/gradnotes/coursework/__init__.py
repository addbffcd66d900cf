"""Coursework that a machine can validate: masters to student copies, checks for students, an honest grader.

``python -m gradnotes.coursework --help`` lists the commands. The parts, from the paper to the mark:

- `masters` reads a master notebook; `build` cuts the student copy and the spec out of it;
- `sandbox` starts one child per question (`child`, `isolation`), which alone runs a student's code;
- `marking` runs the checks in the trusted process and turns them into points;
- `submissions` finds the notebooks of a class, `grade` works through them, `feedback` writes what they see.
"""

from __future__ import annotations

__all__ = ["build", "grade", "marking", "masters", "sandbox", "submissions"]
