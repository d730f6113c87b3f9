module attributes {nibble.model = "two words", nibble.workspace_size = -1 : i64, nibble.weights = dense<1> : tensor<2xi8>} {
  llvm.func @main(%y: !llvm.ptr {nibble.name = "y", nibble.role = "output", nibble.type = memref<2xf32>, nibble.batch_axis = 0 : i64},
                  %x: !llvm.ptr {nibble.name = "x", nibble.role = "input"},
                  %v: !llvm.ptr {nibble.name = "v", nibble.role = "output", nibble.type = memref<2xf32>, nibble.batch_axis = 1 : i64},
                  %z: !llvm.ptr {nibble.name = "z", nibble.role = "output", nibble.type = memref<3xf32>, nibble.batch_axis = 0 : i64},
                  %workspace: !llvm.ptr, %weights: !llvm.ptr, %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {
    llvm.return
  }
}
