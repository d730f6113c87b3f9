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
