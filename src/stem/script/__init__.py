"""What is said, and when: templates, marks, cues, pauses, the timeline, written Dutch."""
