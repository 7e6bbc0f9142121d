"""Who is on duty: rosters of layers, rotations, overrides and time off, resolved to people with the reason for each.
One resolver answers the live call, previews, handovers and reports. It refuses to know why somebody is needed: cases,
customers, calls and clocks are strangers here, and a technician is a key in a list.
"""
