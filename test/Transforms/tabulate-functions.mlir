// RUN: %nibble_opt %s --split-input-file --pass-pipeline='builtin.module(func.func(nibble-tabulate-functions,canonicalize))' | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// Codes 0 to 255 are -12.8 to 12.7; their tanh is counted in 127ths.
// CHECK-LABEL: @tanh
// CHECK-SAME: (%[[Q:.*]]: tensor<4x8xi8>)
// CHECK: %[[TABLE:.*]] = arith.constant dense<"0x818181{{[0-9A-F]*}}DBE7F3000D1925{{[0-9A-F]*}}7F7F"> : tensor<256xi8>
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<4x8xi8>
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[Q]] : tensor<4x8xi8>) outs(%[[EMPTY]] : tensor<4x8xi8>)
// CHECK-NEXT: ^bb0(%[[CODE:.*]]: i8, %{{.*}}: i8):
// CHECK-NEXT: %[[INDEX:.*]] = arith.index_castui %[[CODE]] : i8 to index
// CHECK-NEXT: %[[ENTRY:.*]] = tensor.extract %[[TABLE]][%[[INDEX]]] : tensor<256xi8>
// CHECK-NEXT: linalg.yield %[[ENTRY]] : i8
// CHECK: return %[[R]]
func.func @tanh(%q: tensor<4x8xi8>) -> tensor<4x8xi8> {
  %s = arith.constant dense<0.1> : tensor<f32>
  %z = arith.constant dense<128> : tensor<i32>
  %t = arith.constant dense<0.00787401572> : tensor<f32>
  %init = tensor.empty() : tensor<4x8xf32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) zero_point(%z : tensor<i32>) as <u8, zero_point = integer>
         : tensor<4x8xi8> -> tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
         ins(%x : tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %e = math.tanh %a : f32
    linalg.yield %e : f32
  } -> tensor<4x8xf32>
  %r = nibble.quantize %y scale(%t : tensor<f32>) as <s8> : tensor<4x8xf32> -> tensor<4x8xi8>
  return %r : tensor<4x8xi8>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#scalar = affine_map<(d0, d1) -> ()>

// x below -1, x * max(x, -1) otherwise, of signed codes: a group of two ops, a value that is read twice, a constant as operand.
// The table is in the order of the bits: 0 to 127, then -128 to -1.
// CHECK-LABEL: @signed
// CHECK: arith.constant dense<"0x0001040910192431405164797F{{[0-9A-F]*}}7F8081{{[0-9A-F]*}}FDFE01"> : tensor<256xi8>
// CHECK-NOT: nibble.dequantize
// CHECK: tensor.extract
// CHECK-NOT: nibble.quantize
func.func @signed(%q: tensor<4x8xi8>) -> tensor<4x8xi8> {
  %one = arith.constant dense<1.0> : tensor<f32>
  %bound = arith.constant dense<-1.0> : tensor<f32>
  %minus = arith.constant -1.0 : f32
  %init = tensor.empty() : tensor<4x8xf32>
  %x = nibble.dequantize %q scale(%one : tensor<f32>) as <s8> : tensor<4x8xi8> -> tensor<4x8xf32>
  %m = linalg.generic {indexing_maps = [#id, #scalar, #id], iterator_types = ["parallel", "parallel"]}
         ins(%x, %bound : tensor<4x8xf32>, tensor<f32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %e = arith.maximumf %a, %b : f32
    linalg.yield %e : f32
  } -> tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
         ins(%x, %m : tensor<4x8xf32>, tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %product = arith.mulf %a, %b : f32
    %sign = arith.cmpf olt, %a, %minus : f32
    %e = arith.select %sign, %a, %product : f32
    linalg.yield %e : f32
  } -> tensor<4x8xf32>
  %r = nibble.quantize %y scale(%one : tensor<f32>) as <s8> : tensor<4x8xf32> -> tensor<4x8xi8>
  return %r : tensor<4x8xi8>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// A ReLU of codes without negative numbers gives every code itself.
// CHECK-LABEL: @identity
// CHECK-SAME: (%[[Q:.*]]: tensor<4x8xi8>)
// CHECK-NEXT: return %[[Q]]
func.func @identity(%q: tensor<4x8xi8>) -> tensor<4x8xi8> {
  %s = arith.constant dense<0.1> : tensor<f32>
  %zero = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<4x8xf32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <u8> : tensor<4x8xi8> -> tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
         ins(%x : tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%a: f32, %out: f32):
    %e = arith.maximumf %a, %zero : f32
    linalg.yield %e : f32
  } -> tensor<4x8xf32>
  %r = nibble.quantize %y scale(%s : tensor<f32>) as <u8> : tensor<4x8xf32> -> tensor<4x8xi8>
  return %r : tensor<4x8xi8>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#channel = affine_map<(d0, d1) -> (d1)>

// One table for each channel would be another thing; so would be two inputs, and codes of 16 bits.
// CHECK-LABEL: @channels
// CHECK-NOT: tensor.extract
// CHECK-COUNT-3: nibble.quantize
func.func @channels(%q: tensor<4x2xi8>, %p: tensor<4x2xi8>, %h: tensor<4x2xi16>)
    -> (tensor<4x2xi8>, tensor<4x2xi8>, tensor<4x2xi8>) {
  %s = arith.constant dense<0.1> : tensor<f32>
  %slopes = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %init = tensor.empty() : tensor<4x2xf32>
  %x = nibble.dequantize %q scale(%s : tensor<f32>) as <s8> : tensor<4x2xi8> -> tensor<4x2xf32>
  %other = nibble.dequantize %p scale(%s : tensor<f32>) as <s8> : tensor<4x2xi8> -> tensor<4x2xf32>
  %half = nibble.dequantize %h scale(%s : tensor<f32>) as <s16> : tensor<4x2xi16> -> tensor<4x2xf32>
  %y = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel"]}
         ins(%x, %slopes : tensor<4x2xf32>, tensor<2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %e = arith.mulf %a, %b : f32
    linalg.yield %e : f32
  } -> tensor<4x2xf32>
  %r = nibble.quantize %y scale(%s : tensor<f32>) as <s8> : tensor<4x2xf32> -> tensor<4x2xi8>
  %product = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
         ins(%x, %other : tensor<4x2xf32>, tensor<4x2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %e = arith.mulf %a, %b : f32
    linalg.yield %e : f32
  } -> tensor<4x2xf32>
  %rProduct = nibble.quantize %product scale(%s : tensor<f32>) as <s8> : tensor<4x2xf32> -> tensor<4x2xi8>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
         ins(%half : tensor<4x2xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%a: f32, %out: f32):
    %e = math.tanh %a : f32
    linalg.yield %e : f32
  } -> tensor<4x2xf32>
  %rWide = nibble.quantize %wide scale(%s : tensor<f32>) as <s8> : tensor<4x2xf32> -> tensor<4x2xi8>
  return %r, %rProduct, %rWide : tensor<4x2xi8>, tensor<4x2xi8>, tensor<4x2xi8>
}
