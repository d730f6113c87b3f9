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

// In f64, rounded once.
// CHECK-LABEL: func.func @exp2
// CHECK-SAME: (%[[X:.*]]: vector<8xf32>)
// CHECK: %[[WIDE:.*]] = arith.extf %[[X]] : vector<8xf32> to vector<8xf64>
// CHECK: arith.mulf %[[WIDE]], %{{.*}} : vector<8xf64>
// CHECK: arith.bitcast %{{.*}} : vector<8xi64> to vector<8xf64>
// CHECK: %[[Y:.*]] = arith.truncf %{{.*}} : vector<8xf64> to vector<8xf32>
// CHECK: return %[[Y]]
func.func @exp2(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.exp2 %x : vector<8xf32>
  return %y : vector<8xf32>
}

// CHECK-LABEL: func.func @all
// CHECK-NOT: math.{{[^s]|s[^q]}}
// CHECK: return
func.func @all(%x: vector<4xf32>, %s: f32) -> (f32, vector<4xf32>) {
  %0 = math.erf %x : vector<4xf32>
  %1 = math.log %0 : vector<4xf32>
  %2 = math.acos %1 : vector<4xf32>
  %3 = math.acosh %2 : vector<4xf32>
  %4 = math.asin %3 : vector<4xf32>
  %5 = math.asinh %4 : vector<4xf32>
  %6 = math.atan %5 : vector<4xf32>
  %7 = math.atanh %6 : vector<4xf32>
  %8 = math.cbrt %7 : vector<4xf32>
  %9 = math.cos %8 : vector<4xf32>
  %10 = math.cosh %9 : vector<4xf32>
  %11 = math.erfc %10 : vector<4xf32>
  %12 = math.expm1 %11 : vector<4xf32>
  %13 = math.log10 %12 : vector<4xf32>
  %14 = math.log1p %13 : vector<4xf32>
  %15 = math.log2 %14 : vector<4xf32>
  %16 = math.sin %15 : vector<4xf32>
  %17 = math.sinh %16 : vector<4xf32>
  %18 = math.tan %17 : vector<4xf32>
  %19 = math.atan2 %18, %x : vector<4xf32>
  %20 = math.powf %19, %x : vector<4xf32>
  %tanh = math.tanh %s : f32
  return %tanh, %20 : f32, vector<4xf32>
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

// f64 and tensors stay.
// CHECK-LABEL: func.func @others
// CHECK: math.exp %{{.*}} : f64
// CHECK: math.powf %{{.*}} : f64
// CHECK: math.exp %{{.*}} : tensor<4xf32>
func.func @others(%x: f64, %t: tensor<4xf32>) -> (f64, f64, tensor<4xf32>) {
  %a = math.exp %x : f64
  %b = math.powf %x, %a : f64
  %c = math.exp %t : tensor<4xf32>
  return %a, %b, %c : f64, f64, tensor<4xf32>
}
