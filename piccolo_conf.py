"""For Piccolo's own command line, which looks for this file in the folder it is started in."""

from fablab.piccolo_conf import APP_REGISTRY, DB

__all__ = ["APP_REGISTRY", "DB"]
