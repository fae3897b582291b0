"""The learner's program: built, started, known to be ready or told why not, stopped."""

from backend_katas.program.build import DidNotBuild, build
from backend_katas.program.command import clean_environment
from backend_katas.program.process import DidNotStart, Program, run_to_completion, try_out

__all__ = ["DidNotBuild", "DidNotStart", "Program", "build", "clean_environment", "run_to_completion", "try_out"]
