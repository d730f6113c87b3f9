// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(nibble-fuse-elementwise)' | FileCheck %s

#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: @chain
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<8xf32>)
// CHECK: math.exp
// CHECK-NEXT: arith.negf
// CHECK-NOT: linalg.generic
func.func @chain(%a: tensor<8xf32>) -> tensor<8xf32> {
  %init = tensor.empty() : tensor<8xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%a : tensor<8xf32>) outs(%init : tensor<8xf32>) {
  ^bb0(%x: f32, %out: f32):
    %e = math.exp %x : f32
    linalg.yield %e : f32
  } -> tensor<8xf32>
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%b : tensor<8xf32>) outs(%init : tensor<8xf32>) {
  ^bb0(%x: f32, %out: f32):
    %e = arith.negf %x : f32
    linalg.yield %e : f32
  } -> tensor<8xf32>
  return %c : tensor<8xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>

// A lookup is fused with nothing, neither in front of it nor behind.
// CHECK-LABEL: @lookup
// CHECK: linalg.generic
// CHECK: arith.fptoui
// CHECK: linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.index_castui
// CHECK-NEXT: tensor.extract
// CHECK-NEXT: linalg.yield
// CHECK: linalg.generic
// CHECK: arith.uitofp
func.func @lookup(%a: tensor<8xf32>, %table: tensor<256xi8>) -> tensor<8xf32> {
  %init = tensor.empty() : tensor<8xf32>
  %empty = tensor.empty() : tensor<8xi8>
  %codes = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%a : tensor<8xf32>) outs(%empty : tensor<8xi8>) {
  ^bb0(%x: f32, %out: i8):
    %e = arith.fptoui %x : f32 to i8
    linalg.yield %e : i8
  } -> tensor<8xi8>
  %entries = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%codes : tensor<8xi8>) outs(%empty : tensor<8xi8>) {
  ^bb0(%code: i8, %out: i8):
    %index = arith.index_castui %code : i8 to index
    %entry = tensor.extract %table[%index] : tensor<256xi8>
    linalg.yield %entry : i8
  } -> tensor<8xi8>
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%entries : tensor<8xi8>) outs(%init : tensor<8xf32>) {
  ^bb0(%x: i8, %out: f32):
    %e = arith.uitofp %x : i8 to f32
    linalg.yield %e : f32
  } -> tensor<8xf32>
  return %c : tensor<8xf32>
}

// -----

#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// A dequantization goes into each of its readers. One that a contraction reads too would be computed for that one all the same.
// CHECK-LABEL: @dequantized
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<8x64xi8>) outs(%{{.*}} : tensor<8xf32>)
// CHECK: arith.uitofp
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<8x64xi8>, tensor<8xf32>)
// CHECK: arith.uitofp
// CHECK: arith.mulf
// CHECK: arith.subf
func.func @dequantized(%codes: tensor<8x64xi8>, %zero: tensor<8xf32>) -> tensor<8x64xf32> {
  %scale = arith.constant 0.5 : f32
  %init = tensor.empty() : tensor<8x64xf32>
  %x = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%codes : tensor<8x64xi8>) outs(%init : tensor<8x64xf32>) {
  ^bb0(%code: i8, %out: f32):
    %f = arith.uitofp %code : i8 to f32
    %v = arith.mulf %f, %scale : f32
    linalg.yield %v : f32
  } -> tensor<8x64xf32>
  %sum = linalg.generic {indexing_maps = [#rows, #row], iterator_types = ["parallel", "reduction"]}
         ins(%x : tensor<8x64xf32>) outs(%zero : tensor<8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %s = arith.addf %out, %a : f32
    linalg.yield %s : f32
  } -> tensor<8xf32>
  %y = linalg.generic {indexing_maps = [#rows, #row, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%x, %sum : tensor<8x64xf32>, tensor<8xf32>) outs(%init : tensor<8x64xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %d = arith.subf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<8x64xf32>
  return %y : tensor<8x64xf32>
}

// CHECK-LABEL: @multiplied
// CHECK: %[[X:.*]] = linalg.generic
// CHECK: arith.uitofp
// CHECK: nibble.contract ins(%[[X]],
// CHECK: linalg.generic {{.*}} ins(%[[X]] :
func.func @multiplied(%codes: tensor<8x64xi8>, %w: tensor<64x4xf32>) -> (tensor<8x4xf32>, tensor<8x64xf32>) {
  %init = tensor.empty() : tensor<8x64xf32>
  %x = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%codes : tensor<8x64xi8>) outs(%init : tensor<8x64xf32>) {
  ^bb0(%code: i8, %out: f32):
    %f = arith.uitofp %code : i8 to f32
    linalg.yield %f : f32
  } -> tensor<8x64xf32>
  %sums = tensor.empty() : tensor<8x4xf32>
  %z = nibble.contract ins(%x, %w : tensor<8x64xf32>, tensor<64x4xf32>) outs(%sums : tensor<8x4xf32>) -> tensor<8x4xf32>
  %y = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
         ins(%x : tensor<8x64xf32>) outs(%init : tensor<8x64xf32>) {
  ^bb0(%a: f32, %out: f32):
    %d = arith.negf %a : f32
    linalg.yield %d : f32
  } -> tensor<8x64xf32>
  return %z, %y : tensor<8x4xf32>, tensor<8x64xf32>
}
