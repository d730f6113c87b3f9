// y[s][i] = x[s][i] * w[i], in two tiles: two samples of 4 elements, 16 bytes of weights.
module attributes {nibble.model = "scale", nibble.workspace_size = 64 : i64,
                   nibble.weights = dense<[0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]> : tensor<16xui8>} {
  llvm.func @nibble_launch(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64)

  llvm.func @main(%x: !llvm.ptr {nibble.name = "x", nibble.role = "input", nibble.type = memref<2x4xf32>, nibble.batch_axis = 0 : i64},
                  %y: !llvm.ptr {nibble.name = "scaled/y", nibble.role = "output", nibble.type = memref<2x4xf32>, nibble.batch_axis = 0 : i64},
                  %workspace: !llvm.ptr, %weights: !llvm.ptr, %parallel_for: !llvm.ptr, %pool: !llvm.ptr) {
    %c1 = llvm.mlir.constant(1 : i64) : i64
    %c2 = llvm.mlir.constant(2 : i64) : i64
    %c3 = llvm.mlir.constant(3 : i64) : i64
    %buffers = llvm.alloca %c3 x !llvm.ptr : (i64) -> !llvm.ptr
    llvm.store %x, %buffers : !llvm.ptr, !llvm.ptr
    %slot1 = llvm.getelementptr %buffers[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    llvm.store %y, %slot1 : !llvm.ptr, !llvm.ptr
    %slot2 = llvm.getelementptr %buffers[2] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    llvm.store %weights, %slot2 : !llvm.ptr, !llvm.ptr
    %tile = llvm.mlir.addressof @scale_tile : !llvm.ptr
    llvm.call @nibble_launch(%parallel_for, %pool, %tile, %buffers, %c2) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64) -> ()
    llvm.return
  }

  llvm.func internal @scale_tile(%buffers: !llvm.ptr, %tile: i64) {
    %c4 = llvm.mlir.constant(4 : i64) : i64
    %x = llvm.load %buffers : !llvm.ptr -> !llvm.ptr
    %slot1 = llvm.getelementptr %buffers[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %y = llvm.load %slot1 : !llvm.ptr -> !llvm.ptr
    %slot2 = llvm.getelementptr %buffers[2] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %w = llvm.load %slot2 : !llvm.ptr -> !llvm.ptr
    %begin = llvm.mul %tile, %c4 : i64
    %xs = llvm.getelementptr %x[%begin] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %ys = llvm.getelementptr %y[%begin] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %xv = llvm.load %xs {alignment = 4 : i64} : !llvm.ptr -> vector<4xf32>
    %wv = llvm.load %w {alignment = 64 : i64} : !llvm.ptr -> vector<4xf32>
    %yv = llvm.fmul %xv, %wv : vector<4xf32>
    llvm.store %yv, %ys {alignment = 4 : i64} : vector<4xf32>, !llvm.ptr
    llvm.return
  }
}
