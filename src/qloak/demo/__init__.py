"""The demo: the main job told step by step.

    steps    what each step showed
    story    plays the story on the emulated world
    report   the story as a self-contained HTML page
"""
