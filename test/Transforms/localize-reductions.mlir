// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-localize-reductions))' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-localize-reductions))' --remark-format=emitRemark --remarks-filter='nibble.*' -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

#in = affine_map<(n, t, c) -> (n, t, c)>
#out = affine_map<(n, t, c) -> (n, c)>
#id = affine_map<(n, c) -> (n, c)>

// 2048 sums are two tiles; the sums of each are its own.
// REMARK-NOT: remark
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: memref<1x4x2048xi8>, %[[Y:.*]]: memref<1x2048xi8>)
// CHECK-NOT: memref.alloc()
// CHECK: scf.forall (%[[N:.*]], %[[C:.*]]) = (0, 0) to (1, 2048) step (1, 1024) {
// CHECK-NEXT: %[[LOCAL:.*]] = memref.alloca() : memref<1x1024xi32>
// CHECK-NEXT: linalg.fill ins(%{{.*}} : i32) outs(%[[LOCAL]] : memref<1x1024xi32>)
// CHECK-NEXT: %[[XTILE:.*]] = memref.subview %[[X]][%[[N]], 0, %[[C]]] [1, 4, 1024] [1, 1, 1]
// CHECK-NEXT: linalg.generic {{.*}} ins(%[[XTILE]] : {{.*}}) outs(%[[LOCAL]] : memref<1x1024xi32>)
// CHECK: %[[YTILE:.*]] = memref.subview %[[Y]][%[[N]], %[[C]]] [1, 1024] [1, 1]
// CHECK-NEXT: linalg.generic {{.*}} ins(%[[LOCAL]] : memref<1x1024xi32>) outs(%[[YTILE]] :
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @main(%x: memref<1x4x2048xi8>, %y: memref<1x2048xi8>) {
  %start = arith.constant -512 : i32
  %sums = memref.alloc() : memref<1x2048xi32>
  linalg.fill ins(%start : i32) outs(%sums : memref<1x2048xi32>)
  linalg.generic {indexing_maps = [#in, #out], iterator_types = ["parallel", "reduction", "parallel"]}
      ins(%x : memref<1x4x2048xi8>) outs(%sums : memref<1x2048xi32>) {
  ^bb0(%code: i8, %sum: i32):
    %wide = arith.extui %code : i8 to i32
    %next = arith.addi %sum, %wide : i32
    linalg.yield %next : i32
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sums : memref<1x2048xi32>) outs(%y : memref<1x2048xi8>) {
  ^bb0(%sum: i32, %code: i8):
    %narrow = arith.trunci %sum : i32 to i8
    linalg.yield %narrow : i8
  }
  return
}

// -----

// A window that moves by two rows: the tile of the input has twice the rows. The reader transposes.
// CHECK-LABEL: func.func @window
// CHECK: scf.forall (%{{.*}}, %[[ROW:.*]], %{{.*}}) = (0, 0, 0) to (32, 16, 32) step (2, 16, 32) {
// CHECK: memref.alloca() : memref<2x16x32xf32>
// CHECK: memref.subview %{{.*}} [4, 32, 32] [1, 1, 1]
// CHECK: memref.subview %{{.*}} [32, 2, 16] [1, 1, 1]
func.func @window(%x: memref<64x32x32xf32>, %w: memref<2x2xf32>, %y: memref<32x32x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %sums = memref.alloc() : memref<32x16x32xf32>
  linalg.fill ins(%zero : f32) outs(%sums : memref<32x16x32xf32>)
  linalg.generic {indexing_maps = [affine_map<(h, w, c, i, j) -> (h * 2 + i, w * 2 + j, c)>,
                                   affine_map<(h, w, c, i, j) -> (i, j)>, affine_map<(h, w, c, i, j) -> (h, w, c)>],
                  iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : memref<64x32x32xf32>, memref<2x2xf32>) outs(%sums : memref<32x16x32xf32>) {
  ^bb0(%in: f32, %window: f32, %sum: f32):
    %next = arith.addf %sum, %in : f32
    linalg.yield %next : f32
  }
  linalg.generic {indexing_maps = [affine_map<(c, h, w) -> (h, w, c)>, affine_map<(c, h, w) -> (c, h, w)>],
                  iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%sums : memref<32x16x32xf32>) outs(%y : memref<32x32x16xf32>) {
  ^bb0(%sum: f32, %out: f32):
    %half = arith.addf %sum, %sum : f32
    linalg.yield %half : f32
  }
  return
}

// -----

#in = affine_map<(t, c) -> (t, c)>
#out = affine_map<(t, c) -> (c)>
#id = affine_map<(c) -> (c)>

// 5003 is prime, and too long for one tile.
// REMARK: remark: {{.*}}[Missed] sums-in-memory | Category:nibble-lower |
// REMARK-SAME: Bytes=20012, Reason="its channels can not be cut into tiles of equal size", Remark="'pool' keeps its sums of i32 in memory"
// CHECK-LABEL: func.func @prime
// CHECK-NOT: scf.forall
func.func @prime(%x: memref<4x5003xi32>, %y: memref<5003xi32>) {
  %zero = arith.constant 0 : i32
  %sums = memref.alloc() : memref<5003xi32>
  linalg.fill ins(%zero : i32) outs(%sums : memref<5003xi32>)
  linalg.generic {indexing_maps = [#in, #out], iterator_types = ["reduction", "parallel"]}
      ins(%x : memref<4x5003xi32>) outs(%sums : memref<5003xi32>) {
  ^bb0(%in: i32, %sum: i32):
    %next = arith.addi %sum, %in : i32
    linalg.yield %next : i32
  } loc("pool")
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%sums : memref<5003xi32>) outs(%y : memref<5003xi32>) {
  ^bb0(%sum: i32, %out: i32):
    linalg.yield %sum : i32
  }
  return
}

// -----

#in = affine_map<(t, c) -> (t, c)>
#out = affine_map<(t, c) -> (c)>
#id = affine_map<(c) -> (c)>

// Two readers need all sums.
// REMARK: remark: {{.*}}Reason="they are not read by exactly one elementwise op"
// CHECK-LABEL: func.func @two_readers
// CHECK-NOT: scf.forall
func.func @two_readers(%x: memref<4x64xi32>, %y: memref<64xi32>, %z: memref<64xi32>) {
  %zero = arith.constant 0 : i32
  %sums = memref.alloc() : memref<64xi32>
  linalg.fill ins(%zero : i32) outs(%sums : memref<64xi32>)
  linalg.generic {indexing_maps = [#in, #out], iterator_types = ["reduction", "parallel"]}
      ins(%x : memref<4x64xi32>) outs(%sums : memref<64xi32>) {
  ^bb0(%in: i32, %sum: i32):
    %next = arith.addi %sum, %in : i32
    linalg.yield %next : i32
  }
  linalg.copy ins(%sums : memref<64xi32>) outs(%y : memref<64xi32>)
  linalg.copy ins(%sums : memref<64xi32>) outs(%z : memref<64xi32>)
  return
}

// -----

#in = affine_map<(t, c) -> (t, c)>
#out = affine_map<(t, c) -> (c)>
#id = affine_map<(c) -> (c)>

// The reader overwrites what is summed, through a view.
// REMARK: remark: {{.*}}Reason="what it reads is written to before they are read"
// CHECK-LABEL: func.func @in_place
// CHECK-NOT: scf.forall
func.func @in_place(%x: memref<4x64xi32>) {
  %zero = arith.constant 0 : i32
  %sums = memref.alloc() : memref<64xi32>
  linalg.fill ins(%zero : i32) outs(%sums : memref<64xi32>)
  linalg.generic {indexing_maps = [#in, #out], iterator_types = ["reduction", "parallel"]}
      ins(%x : memref<4x64xi32>) outs(%sums : memref<64xi32>) {
  ^bb0(%in: i32, %sum: i32):
    %next = arith.addi %sum, %in : i32
    linalg.yield %next : i32
  }
  %row = memref.subview %x[0, 0] [1, 64] [1, 1] : memref<4x64xi32> to memref<64xi32, strided<[1]>>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%sums : memref<64xi32>) outs(%row : memref<64xi32, strided<[1]>>) {
  ^bb0(%sum: i32, %out: i32):
    linalg.yield %sum : i32
  }
  return
}

// -----

#in = affine_map<(t) -> (t)>
#out = affine_map<(t) -> ()>
#id = affine_map<() -> ()>

// One number has no tiles.
// REMARK-NOT: remark
// CHECK-LABEL: func.func @number
// CHECK-NOT: scf.forall
func.func @number(%x: memref<64xi32>, %y: memref<i32>) {
  %zero = arith.constant 0 : i32
  %sum = memref.alloc() : memref<i32>
  linalg.fill ins(%zero : i32) outs(%sum : memref<i32>)
  linalg.generic {indexing_maps = [#in, #out], iterator_types = ["reduction"]} ins(%x : memref<64xi32>) outs(%sum : memref<i32>) {
  ^bb0(%in: i32, %part: i32):
    %next = arith.addi %part, %in : i32
    linalg.yield %next : i32
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = []} ins(%sum : memref<i32>) outs(%y : memref<i32>) {
  ^bb0(%in: i32, %out: i32):
    linalg.yield %in : i32
  }
  return
}

// -----

// Buffers made inside of a loop over tiles are local, and no reduction there becomes a loop of its own.
// REMARK-NOT: remark
// CHECK-LABEL: func.func @rows
// CHECK: scf.forall (%{{.*}}) in (8)
// CHECK: %[[SUM:.*]] = memref.alloca() {alignment = 64 : i64} : memref<1xi32>
// CHECK-NOT: scf.forall (
// CHECK: linalg.reduce {{.*}} outs(%[[SUM]] : memref<1xi32>)
func.func @rows(%x: memref<8x64xi32>, %y: memref<8xi32>) {
  %zero = arith.constant 0 : i32
  scf.forall (%row) in (8) {
    %sum = memref.alloc() {alignment = 64 : i64} : memref<1xi32>
    linalg.fill ins(%zero : i32) outs(%sum : memref<1xi32>)
    %x_row = memref.subview %x[%row, 0] [1, 64] [1, 1] : memref<8x64xi32> to memref<1x64xi32, strided<[64, 1], offset: ?>>
    linalg.reduce { arith.addi } ins(%x_row : memref<1x64xi32, strided<[64, 1], offset: ?>>) outs(%sum : memref<1xi32>) dimensions = [1]
    %y_row = memref.subview %y[%row] [1] [1] : memref<8xi32> to memref<1xi32, strided<[1], offset: ?>>
    linalg.map { arith.muli } ins(%sum, %sum : memref<1xi32>, memref<1xi32>) outs(%y_row : memref<1xi32, strided<[1], offset: ?>>)
  }
  return
}
