// RUN: %nibble_opt %s --pass-pipeline='builtin.module(nibble-expand-math)' | FileCheck %s

// CHECK-LABEL: func.func @rsqrt
// CHECK-SAME: (%[[X:.*]]: vector<8xf32>)
// CHECK: %[[ROOT:.*]] = math.sqrt %[[X]] : vector<8xf32>
// CHECK: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : vector<8xf32>
// CHECK: %[[Y:.*]] = arith.divf %[[ONE]], %[[ROOT]] : vector<8xf32>
// CHECK: return %[[Y]]
func.func @rsqrt(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.rsqrt %x : vector<8xf32>
  return %y : vector<8xf32>
}

// The bounds keep NaN; the shifter 2^23 * 1.5 rounds to an integer.
// CHECK-LABEL: func.func @exp
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK: %[[BELOW:.*]] = arith.cmpf olt, %[[X]], %{{.*}} : f32
// CHECK: arith.select %[[BELOW]], %{{.*}}, %[[X]] : f32
// CHECK: arith.constant 0x4B400000 : f32
// CHECK: arith.bitcast %{{.*}} : f32 to i32
// CHECK: arith.shrsi
// CHECK-NOT: math.
// CHECK: return
func.func @exp(%x: f32) -> f32 {
  %y = math.exp %x fastmath<fast> : f32
  return %y : f32
}

// CHECK-LABEL: func.func @all
// CHECK-NOT: math.{{erf|log|tanh}}
// CHECK: return
func.func @all(%x: vector<4xf32>, %s: f32) -> (vector<4xf32>, vector<4xf32>, f32) {
  %erf = math.erf %x : vector<4xf32>
  %log = math.log %x : vector<4xf32>
  %tanh = math.tanh %s : f32
  return %erf, %log, %tanh : vector<4xf32>, vector<4xf32>, f32
}

// CHECK-LABEL: func.func @narrow
// CHECK-SAME: (%[[X:.*]]: f16)
// CHECK: %[[WIDE:.*]] = arith.extf %[[X]] : f16 to f32
// CHECK: math.sqrt %[[WIDE]] : f32
// CHECK: %[[Y:.*]] = arith.truncf %{{.*}} : f32 to f16
// CHECK: return %[[Y]]
func.func @narrow(%x: f16) -> f16 {
  %y = math.rsqrt %x : f16
  return %y : f16
}

// f64, tensors and other functions stay.
// CHECK-LABEL: func.func @others
// CHECK: math.exp %{{.*}} : f64
// CHECK: math.exp %{{.*}} : tensor<4xf32>
// CHECK: math.atan %{{.*}} : f32
func.func @others(%x: f64, %t: tensor<4xf32>, %s: f32) -> (f64, tensor<4xf32>, f32) {
  %a = math.exp %x : f64
  %b = math.exp %t : tensor<4xf32>
  %c = math.atan %s : f32
  return %a, %b, %c : f64, tensor<4xf32>, f32
}
