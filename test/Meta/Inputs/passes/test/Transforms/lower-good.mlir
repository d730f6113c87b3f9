// toy.first
toy.second
