"""Pictures of the book: one file for each group of chapters, `draw_x(ax, ...) -> ax`, one style.

Only this package imports matplotlib. A notebook writes::

    fig, ax = plotting.subplots()
    plotting.draw_...(ax, ...)
    plotting.show(fig)
"""

from __future__ import annotations

from .backprop import (
    draw_blame,
    draw_costs,
    draw_digits,
    draw_face,
    draw_functions,
    draw_network,
    draw_promise,
    draw_surface,
    draw_valley,
)
from .deep import (
    draw_barcodes,
    draw_coefficient_path,
    draw_curve_bundles,
    draw_depth_curves,
    draw_fits,
    draw_log_histograms,
    draw_penalty_balls,
    draw_seed_strip,
    draw_shrinkage,
    draw_validation,
)
from .descent import (
    draw_contours,
    draw_descent,
    draw_destinations,
    draw_filter,
    draw_landscape,
    draw_rate_valley,
    draw_slopes,
    draw_tangent,
)
from .learning import (
    draw_batch_means,
    draw_cuts_on_histograms,
    draw_escapes,
    draw_estimates,
    draw_momentum_paths,
    draw_rates,
    draw_staircase,
)
from .regression import (
    draw_bars_of_chance,
    draw_calibration,
    draw_codes_on_a_line,
    draw_corners,
    draw_curves,
    draw_distances,
    draw_images,
    draw_losses_in_score,
    draw_students,
    draw_temperatures,
)
from .style import COLOURS, DASHES, show, subplots

__all__ = [
    "COLOURS",
    "DASHES",
    "draw_barcodes",
    "draw_bars_of_chance",
    "draw_batch_means",
    "draw_blame",
    "draw_calibration",
    "draw_codes_on_a_line",
    "draw_coefficient_path",
    "draw_contours",
    "draw_corners",
    "draw_costs",
    "draw_curve_bundles",
    "draw_curves",
    "draw_cuts_on_histograms",
    "draw_depth_curves",
    "draw_descent",
    "draw_destinations",
    "draw_digits",
    "draw_distances",
    "draw_escapes",
    "draw_estimates",
    "draw_face",
    "draw_filter",
    "draw_fits",
    "draw_functions",
    "draw_images",
    "draw_landscape",
    "draw_log_histograms",
    "draw_losses_in_score",
    "draw_momentum_paths",
    "draw_network",
    "draw_penalty_balls",
    "draw_promise",
    "draw_rate_valley",
    "draw_rates",
    "draw_seed_strip",
    "draw_shrinkage",
    "draw_slopes",
    "draw_staircase",
    "draw_students",
    "draw_surface",
    "draw_tangent",
    "draw_temperatures",
    "draw_validation",
    "draw_valley",
    "show",
    "subplots",
]
