// z = x * y + z, two roundings.
module attributes {nibble.model = "fma"} {
  llvm.func @main(%x: !llvm.ptr {nibble.name = "x", nibble.role = "input", nibble.type = memref<f32>},
                  %y: !llvm.ptr {nibble.name = "y", nibble.role = "input", nibble.type = memref<f32>},
                  %z: !llvm.ptr {nibble.name = "z", nibble.role = "output", nibble.type = memref<f32>},
                  %workspace: !llvm.ptr, %weights: !llvm.ptr, %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {
    %xv = llvm.load %x : !llvm.ptr -> f32
    %yv = llvm.load %y : !llvm.ptr -> f32
    %zv = llvm.load %z : !llvm.ptr -> f32
    %product = llvm.fmul %xv, %yv : f32
    %sum = llvm.fadd %product, %zv : f32
    llvm.store %sum, %z : f32, !llvm.ptr
    llvm.return
  }
}
