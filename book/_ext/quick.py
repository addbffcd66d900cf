"""What makes the build quick without changing a page: nothing is done twice, and pages are written on two cores.

Sphinx copies the headings of every page into the sidebar of every page, and the theme then removes all but the
titles; for each numbered reference Sphinx reads the target's whole doctree from the disk; for each citation pybtex
looks through all that is installed; a word is stemmed anew on every page. Each of these is done once here.
A build ends before its memory is short (0.6 GB), so nothing looks for garbage among its million objects: a third of
the time went there, and another tenth into taking them down at the end.
"""

from __future__ import annotations

import gc
from functools import cache

import pybtex.plugin
from sphinx.domains.std import StandardDomain
from sphinx.environment.adapters import toctree
from sphinx.search.en import SearchEnglish
from sphinx_proof.domain import ProofDomain

# Looked at: they act once, before or after the pages are written, so that they do not mind several processes.
SAFE = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex", "sphinxext.rediraffe", "sphinx-mathjax-offline")


class Remembering:
    """The environment, with each doctree read once; only for looking at."""

    def __init__(self, env):
        self._env, self.get_doctree = env, cache(env.get_doctree)

    def __getattr__(self, name):
        return getattr(self._env, name)


def titles_only(original):
    def entry(title, ref, maxdepth, *rest):
        return original(title, ref, 1, *rest)

    return entry


def reading_once(original):
    seen = {}

    def resolve(self, env, *rest):
        if seen.get("env") is not env:
            seen.update(env=env, quick=Remembering(env))
        return original(self, seen["quick"], *rest)

    return resolve


def once(original):
    """A stemmer that keeps no state between words."""
    known = {}

    def stem(self, word):
        if word not in known:
            known[word] = original(self, word)
        return known[word]

    return stem


def side_by_side(app):
    """Two processes read; then two write, beside the one that resolves references."""
    for name in SAFE:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = app.extensions[name].parallel_write_safe = True
    app.parallel = 2


def merge_nothing(self, docnames, otherdata):
    """Theorems are kept in the environment, which merges them by an event; the domain itself holds nothing."""


def setup(app):
    gc.disable()
    toctree._toctree_standard_entry = titles_only(toctree._toctree_standard_entry)
    StandardDomain._resolve_numref_xref = reading_once(StandardDomain._resolve_numref_xref)
    SearchEnglish.stem = once(SearchEnglish.stem)
    pybtex.plugin.find_plugin = cache(pybtex.plugin.find_plugin)
    ProofDomain.merge_domaindata = merge_nothing
    app.connect("builder-inited", side_by_side)
    app.connect("env-updated", lambda app, env: setattr(app, "parallel", 3))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
