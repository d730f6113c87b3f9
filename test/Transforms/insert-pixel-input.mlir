// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-insert-pixel-input{mean=104,117,123 scale=0.5 channel-axis=1}))' --verify-diagnostics | FileCheck %s

// CHECK-DAG: #[[ALL:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[CHANNEL:.*]] = affine_map<(d0, d1, d2, d3) -> (d1)>
// CHECK-LABEL: @main
// CHECK-SAME: %[[PIXELS:.*]]: tensor<1x3x4x4xi8> {nibble.batch_axis = 0 : i64, nibble.name = "image", nibble.unsigned}
// CHECK-DAG: %[[MEAN:.*]] = arith.constant dense<[1.040000e+02, 1.170000e+02, 1.230000e+02]> : tensor<3xf32>
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<5.000000e-01> : tensor<3xf32>
// CHECK: %[[IMAGE:.*]] = linalg.generic {indexing_maps = [#[[ALL]], #[[CHANNEL]], #[[CHANNEL]], #[[ALL]]]
// CHECK-SAME: ins(%[[PIXELS]], %[[MEAN]], %[[SCALE]] :
// CHECK-NEXT: ^bb0(%[[P:.*]]: i8, %[[M:.*]]: f32, %[[S:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[F:.*]] = arith.uitofp %[[P]] : i8 to f32
// CHECK-NEXT: %[[D:.*]] = arith.subf %[[F]], %[[M]] : f32
// CHECK-NEXT: %[[E:.*]] = arith.mulf %[[D]], %[[S]] : f32
// CHECK-NEXT: linalg.yield %[[E]] : f32
// CHECK: return %[[IMAGE]]
func.func @main(%image: tensor<1x3x4x4xf32> {nibble.name = "image", nibble.batch_axis = 0 : i64}) -> tensor<1x3x4x4xf32> {
  return %image : tensor<1x3x4x4xf32>
}

// -----

// expected-error @below {{expected one float32 input with channels along axis 1, to compute it from pixels, got '(tensor<1x3x4x4xf32>, tensor<1xf32>) -> ()'}}
func.func @two_inputs(%image: tensor<1x3x4x4xf32>, %other: tensor<1xf32>) {
  return
}

// -----

// expected-error @below {{expected one float32 input with channels along axis 1, to compute it from pixels, got '(tensor<1x3x4x4xi8>) -> ()'}}
func.func @integers(%image: tensor<1x3x4x4xi8>) {
  return
}

// -----

// expected-error @below {{expected one float32 input with channels along axis 1, to compute it from pixels, got '(tensor<8xf32>) -> ()'}}
func.func @no_channels(%image: tensor<8xf32>) {
  return
}

// -----

// expected-error @below {{expected means for the 1 channels of the input, got 3}}
func.func @gray(%image: tensor<1x1x4x4xf32>) {
  return
}
