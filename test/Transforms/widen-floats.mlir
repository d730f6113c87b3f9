// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-widen-floats,canonicalize))' | FileCheck %s

#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<8xf16>) -> tensor<8xf16>
// CHECK: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK: %[[WIDE:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<8xf16>) outs({{.*}} : tensor<8xf32>)
// CHECK: arith.extf
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[WIDE]] : tensor<8xf32>) outs({{.*}} : tensor<8xf32>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[A]], %[[ONE]] : f32
// CHECK-NEXT: %[[ROOT:.*]] = math.sqrt %[[SUM]] : f32
// CHECK-NEXT: linalg.yield %[[ROOT]]
// CHECK: %[[Z:.*]] = linalg.generic {{.*}} ins(%[[Y]] : tensor<8xf32>) outs({{.*}} : tensor<8xf16>)
// CHECK: arith.truncf
// CHECK: return %[[Z]]
func.func @main(%x: tensor<8xf16>) -> tensor<8xf16> {
  %init = tensor.empty() : tensor<8xf16>
  %one = arith.constant 1.0 : f16
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%x : tensor<8xf16>) outs(%init : tensor<8xf16>) {
  ^bb0(%a: f16, %out: f16):
    %sum = arith.addf %a, %one : f16
    %wide = arith.extf %sum : f16 to f32
    %root = math.sqrt %wide : f32
    %narrow = arith.truncf %root : f32 to f16
    linalg.yield %narrow : f16
  } -> tensor<8xf16>
  return %y : tensor<8xf16>
}

// -----

// Constants, named ops and their regions, and what is no float or has 64 bits already.
// CHECK-LABEL: func.func @others
// CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<2x2xbf16>) outs(%{{.*}} : tensor<2x2xf32>)
// CHECK: linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<2x2xf32>, tensor<2x2xf32>) outs(%{{.*}} : tensor<2x2xf32>) -> tensor<2x2xf32>
// CHECK: return %{{.*}}, %{{.*}} : tensor<2x2xbf16>, tensor<2xf64>
func.func @others(%x: tensor<2x2xbf16>, %d: tensor<2xf64>) -> (tensor<2x2xbf16>, tensor<2xf64>) {
  %zero = arith.constant 0.0 : bf16
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xbf16>
  %empty = tensor.empty() : tensor<2x2xbf16>
  %init = linalg.fill ins(%zero : bf16) outs(%empty : tensor<2x2xbf16>) -> tensor<2x2xbf16>
  %y = linalg.matmul ins(%x, %w : tensor<2x2xbf16>, tensor<2x2xbf16>) outs(%init : tensor<2x2xbf16>) -> tensor<2x2xbf16>
  return %y, %d : tensor<2x2xbf16>, tensor<2xf64>
}

// -----

// Scales have the type that the scheme says.
// CHECK-LABEL: func.func @parameters
// CHECK: %[[SCALE:.*]] = arith.constant dense<5.000000e-01> : tensor<1xf16>
// CHECK: nibble.dequantize %{{.*}} scale(%[[SCALE]] : tensor<1xf16>) as <s8, block = [0], scale = [f16]>
func.func @parameters(%codes: tensor<4xi8>) -> tensor<4xf32> {
  %scale = arith.constant dense<0.5> : tensor<1xf16>
  %y = nibble.dequantize %codes scale(%scale : tensor<1xf16>) as <s8, block = [0], scale = [f16]> : tensor<4xi8> -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>

// What looks at the bits of a float needs the float that it is.
// CHECK-LABEL: func.func @bits
// CHECK-NOT: f32
func.func @bits(%x: tensor<8xf16>) -> tensor<8xi16> {
  %init = tensor.empty() : tensor<8xi16>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
         ins(%x : tensor<8xf16>) outs(%init : tensor<8xi16>) {
  ^bb0(%a: f16, %out: i16):
    %bits = arith.bitcast %a : f16 to i16
    linalg.yield %bits : i16
  } -> tensor<8xi16>
  return %y : tensor<8xi16>
}
