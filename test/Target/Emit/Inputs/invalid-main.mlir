module attributes {nibble.model = "short"} {
  llvm.func @main(%y: !llvm.ptr {nibble.name = "y", nibble.role = "output", nibble.type = memref<2xf32>}) {
    llvm.return
  }
}
