"""Prints a program with 100000 bytes of weights, whose output is the last element of them."""

weights = bytes(99996) + bytes([0, 0, 40, 66])
print(
    f"""module attributes {{nibble.model = "large", nibble.weights = dense<"0x{weights.hex()}"> : tensor<100000xi8>}} {{
  llvm.func @main(%y: !llvm.ptr {{nibble.name = "y", nibble.role = "output", nibble.type = memref<f32>}},
                  %workspace: !llvm.ptr, %weights: !llvm.ptr, %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {{
    %last = llvm.getelementptr %weights[24999] : (!llvm.ptr) -> !llvm.ptr, f32
    %value = llvm.load %last : !llvm.ptr -> f32
    llvm.store %value, %y : f32, !llvm.ptr
    llvm.return
  }}
}}"""
)
