toy.first
