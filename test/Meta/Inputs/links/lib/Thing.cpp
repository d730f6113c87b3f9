// docs/Spec.md, "Thing"; docs/Spec.md, "Of things"; docs/Spec.md, "Things"
