"""Reports as jobs: in parallel, each made anew only when something that it rests on has changed."""
