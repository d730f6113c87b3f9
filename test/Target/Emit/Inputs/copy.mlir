// y = x: one int8 element, quantized. The names of input and output are words of C.
module attributes {nibble.model = "copy"} {
  llvm.func @main(%x: !llvm.ptr {nibble.name = "int", nibble.role = "input", nibble.type = memref<1xi8>,
                                 nibble.scale = 0.5 : f32, nibble.zero_point = 3 : i32},
                  %y: !llvm.ptr {nibble.name = "123", nibble.role = "output", nibble.type = memref<1xi8>},
                  %workspace: !llvm.ptr, %weights: !llvm.ptr, %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {
    %value = llvm.load %x : !llvm.ptr -> i8
    llvm.store %value, %y : i8, !llvm.ptr
    llvm.return
  }
}
