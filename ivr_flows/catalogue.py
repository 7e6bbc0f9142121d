"""Every flow by its name, which is also how a stored place names it."""

from collections.abc import Mapping

from ivr_flows.flows.front_desk import FRONT_DESK
from ivr_flows.flows.on_hold import ON_HOLD
from ivr_flows.flows.page_technician import PAGE_TECHNICIAN
from ivr_flows.flows.readiness_drill import READINESS_DRILL
from ivr_flows.flows.technician_line import TECHNICIAN_LINE
from ivr_flows.nodes import Flow

FLOWS: Mapping[str, Flow] = {
    flow.name: flow for flow in (FRONT_DESK, ON_HOLD, PAGE_TECHNICIAN, READINESS_DRILL, TECHNICIAN_LINE)
}
