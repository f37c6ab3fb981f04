"""Undo: taking back the cells of one pass, and what keeps the next pass from writing them again.

* A **Status** that was taken back counts as typed by a person at that moment: it stands until
  evidence moves the order on. One that was taken back to nothing stays empty as long.
* A **stamp** that was taken back is withdrawn from the log by a later line. The tick stands, its
  stage is not measured. A date that Status had claimed goes with its claim.
* **SLA, Check and the like** belong to the worker: the next pass states the truth under the rules
  in force, which is what stood there before, once a wrong rule is mended.
* An **escalation** is withdrawn, too: its level is told again only if it falls due anew, later
  than the undo. Messages that left cannot be taken back by anybody.
"""
