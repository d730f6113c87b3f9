// RUN: %nibble_interpret --split-input-file %s | FileCheck %s

// docs/Spec.md, "quantize" to "choose_params", for all that is not an integer of 8 or 16 bits with one f32 scale. Bytes print
// signed.

// (S42): three codes of 3 bits, low first: 1 | 2 << 3 | 3 << 6 is d1 00; high first: 001 010 011 is 29 80.
// Ternary digits 0 1 2 1 0 | 2: 0 + 3 + 18 + 27 + 0 = 48, and 2.
// CHECK:      tensor<2x2xi8> {{\[\[}}-47, 0], [-84, 1]]
// CHECK-NEXT: tensor<2x2xi8> {{\[\[}}41, -128], [-105, 0]]
// CHECK-NEXT: tensor<1x2xi8> {{\[\[}}48, 2]]
// CHECK-NEXT: tensor<2x3xf32> {{\[\[}}1, 2, 3], [4, 5, 6]]
// CHECK-NEXT: tensor<2x3xf32> {{\[\[}}1, 2, 3], [4, 5, 6]]
// CHECK-NEXT: tensor<1x6xf32> {{\[\[}}-1, 0, 1, 0, -1, 1]]
func.func @main() -> (tensor<2x2xi8>, tensor<2x2xi8>, tensor<1x2xi8>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<1x6xf32>) {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %t = arith.constant dense<[[-1.0, 0.0, 1.0, 0.0, -1.0, 1.0]]> : tensor<1x6xf32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %a = nibble.quantize %x scale(%one : tensor<f32>) as <u3> : tensor<2x3xf32> -> tensor<2x2xi8>
  %b = nibble.quantize %x scale(%one : tensor<f32>) as <u3, order = high_first> : tensor<2x3xf32> -> tensor<2x2xi8>
  %c = nibble.quantize %t scale(%one : tensor<f32>) as <u2, table = [-1.0, 0.0, 1.0], radix = 3> : tensor<1x6xf32> -> tensor<1x2xi8>
  %d = nibble.dequantize %a scale(%one : tensor<f32>) as <u3> : tensor<2x2xi8> -> tensor<2x3xf32>
  %e = nibble.dequantize %b scale(%one : tensor<f32>) as <u3, order = high_first> : tensor<2x2xi8> -> tensor<2x3xf32>
  %f = nibble.dequantize %c scale(%one : tensor<f32>) as <u2, table = [-1.0, 0.0, 1.0], radix = 3> : tensor<1x2xi8> -> tensor<1x6xf32>
  return %a, %b, %c, %d, %e, %f : tensor<2x2xi8>, tensor<2x2xi8>, tensor<1x2xi8>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<1x6xf32>
}

// -----

// (S41): f4E2M1FN has 6 at most and no NaN, f8E4M3FN has one; nf4 takes the nearest of its values.
// x / 0.5: 6, -0.52, 200, NaN are the codes 7, 9, 7, 0; y / 0.5: 12 = 1.5 * 2^3 is 0 1010 100, -2 is 1 1000 000, 2000 saturates.
// CHECK:      tensor<2xi8> [-105, 7]
// CHECK-NEXT: tensor<4xf32> [3, -0.25, 3, 0]
// CHECK-NEXT: tensor<4xi8> [84, -64, 126, 127]
// CHECK-NEXT: tensor<2xi8> [15, -121]
func.func @main() -> (tensor<2xi8>, tensor<4xf32>, tensor<4xi8>, tensor<2xi8>) {
  %x = arith.constant dense<[3.0, -0.26, 100.0, 0x7FC00000]> : tensor<4xf32>
  %y = arith.constant dense<[6.0, -1.0, 1000.0, 0x7FC00000]> : tensor<4xf32>
  %z = arith.constant dense<[1.0, -1.0, 0.0, 0.1]> : tensor<4xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %a = nibble.quantize %x scale(%half : tensor<f32>) as <f4E2M1FN> : tensor<4xf32> -> tensor<2xi8>
  %b = nibble.dequantize %a scale(%half : tensor<f32>) as <f4E2M1FN> : tensor<2xi8> -> tensor<4xf32>
  %c = nibble.quantize %y scale(%half : tensor<f32>) as <f8E4M3FN> : tensor<4xf32> -> tensor<4xi8>
  %d = nibble.quantize %z scale(%one : tensor<f32>) as <nf4> : tensor<4xf32> -> tensor<2xi8>
  return %a, %b, %c, %d : tensor<2xi8>, tensor<4xf32>, tensor<4xi8>, tensor<2xi8>
}

// -----

// (S40) (S43): scales of two levels are 2 * 0.25; a minimum is subtracted before the division, and added last.
// (x + 1) / 0.5: 0, 2, 4, 20 are the codes 0, 2, 4, 15.
// CHECK:      tensor<2xi8> [32, -12]
// CHECK-NEXT: tensor<4xf32> [-1, 0, 1, 6.5]
// CHECK-NEXT: tensor<2xi8> [-104, 118]
// CHECK-NEXT: tensor<4xf32> [-4, -3.5, 3, 3.5]
func.func @main() -> (tensor<2xi8>, tensor<4xf32>, tensor<2xi8>, tensor<4xf32>) {
  %x = arith.constant dense<[-1.0, 0.0, 1.0, 9.0]> : tensor<4xf32>
  %y = arith.constant dense<[-4.0, -3.5, 3.0, 3.5]> : tensor<4xf32>
  %half = arith.constant dense<0.5> : tensor<f16>
  %minimum = arith.constant dense<-1.0> : tensor<f16>
  %inner = arith.constant dense<2> : tensor<i8>
  %outer = arith.constant dense<0.25> : tensor<f16>
  %a = nibble.quantize %x scale(%half : tensor<f16>) zero_point(%minimum : tensor<f16>)
         as <u4, scale = [f16], zero_point = minimum> : tensor<4xf32> -> tensor<2xi8>
  %b = nibble.dequantize %a scale(%half : tensor<f16>) zero_point(%minimum : tensor<f16>)
         as <u4, scale = [f16], zero_point = minimum> : tensor<2xi8> -> tensor<4xf32>
  %c = nibble.quantize %y scale(%inner, %outer : tensor<i8>, tensor<f16>) as <s4, scale = [i8, f16]> : tensor<4xf32> -> tensor<2xi8>
  %d = nibble.dequantize %c scale(%inner, %outer : tensor<i8>, tensor<f16>) as <s4, scale = [i8, f16]> : tensor<2xi8> -> tensor<4xf32>
  return %a, %b, %c, %d : tensor<2xi8>, tensor<4xf32>, tensor<2xi8>, tensor<4xf32>
}

// -----

// (S44): 1 / 7 is 0x1.248p-3 in f16; 5 / 6 goes up to 1 and 6.25 / 6 up to 2 as powers of two.
// CHECK:      tensor<f16> 0.142822266
// CHECK-NEXT: tensor<1x2xi8> {{\[\[}}127, -128]]
// (S45): the blocks want 2, nothing and 1: 2 / 448 for all of them, of which they take 448, the least one, and 224.
// CHECK-NEXT: tensor<1x3xi8> {{\[\[}}126, 1, 118]]
// CHECK-NEXT: tensor<1x1xf32> {{\[\[}}0.00446428591]]
// (S46): 3 / 15, and the least value.
// CHECK-NEXT: tensor<f32> 0.200000003
// CHECK-NEXT: tensor<f32> 1
func.func @main() -> (tensor<f16>, tensor<1x2xi8>, tensor<1x3xi8>, tensor<1x1xf32>, tensor<f32>, tensor<f32>) {
  %x = arith.constant dense<[1.0, -0.3]> : tensor<2xf32>
  %y = arith.constant dense<[[5.0, 1.0, -6.25, 0.0]]> : tensor<1x4xf32>
  %z = arith.constant dense<[[12.0, 1.0, 0.0, 0.0, 6.0, -3.0]]> : tensor<1x6xf32>
  %u = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
  %a = nibble.choose_params %x as <s4, scale = [f16]> : tensor<2xf32> -> tensor<f16>
  %b = nibble.choose_params %y as <f4E2M1FN, block = [1, 2], scale = [f8E8M0FNU]> : tensor<1x4xf32> -> tensor<1x2xi8>
  %c:2 = nibble.choose_params %z as <f4E2M1FN, block = [1, 2], scale = [f8E4M3FN, f32], outer_block = [1, 0]>
           : tensor<1x6xf32> -> tensor<1x3xi8>, tensor<1x1xf32>
  %d:2 = nibble.choose_params %u as <u4, zero_point = minimum> : tensor<2xf32> -> tensor<f32> zero_point tensor<f32>
  return %a, %b, %c#0, %c#1, %d#0, %d#1 : tensor<f16>, tensor<1x2xi8>, tensor<1x3xi8>, tensor<1x1xf32>, tensor<f32>, tensor<f32>
}

// -----

// (S48) (S49): the largest magnitude of all codes at scale 1 is 1, so that a block's scale is that of its values, -4. Digits 2 0 1 2 1 | 2 0 1:
// 2 + 9 + 54 + 81 = 146, 2 + 9 = 11. The code of 9 / 4 is no digit and clamped.
// CHECK:      tensor<1x2xf16> {{\[\[}}4, 1]]
// CHECK-NEXT: tensor<1x2xi8> {{\[\[}}-110, 11]]
// CHECK-NEXT: tensor<1x8xf32> {{\[\[}}4, -4, 0, 4, 0, 1, -1, 0]]
// CHECK-NEXT: tensor<1x2xi8> {{\[\[}}-14, 26]]
nibble.scheme @ternary <u2, block = [4], scale = [f16], radix = 3>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %quotient = arith.divf %value, %scale : f32
    %rounded = math.roundeven %quotient : f32
    %level = arith.fptosi %rounded : f32 to i32
    %one = arith.constant 1 : i32
    %code = arith.addi %level, %one : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %one = arith.constant 1 : i32
    %level = arith.subi %code, %one : i32
    %real = arith.sitofp %level : i32 to f32
    %value = arith.mulf %real, %scale : f32
    nibble.yield %value : f32
  }
func.func @main() -> (tensor<1x2xf16>, tensor<1x2xi8>, tensor<1x8xf32>, tensor<1x2xi8>) {
  %x = arith.constant dense<[[3.0, -4.0, 1.0, 2.5, 0.25, 1.0, -0.75, 0.5]]> : tensor<1x8xf32>
  %y = arith.constant dense<9.0> : tensor<1x8xf32>
  %s = nibble.choose_params %x as <u2 @ternary, block = [1, 4], scale = [f16], radix = 3> : tensor<1x8xf32> -> tensor<1x2xf16>
  %q = nibble.quantize %x scale(%s : tensor<1x2xf16>)
         as <u2 @ternary, block = [1, 4], scale = [f16], radix = 3> : tensor<1x8xf32> -> tensor<1x2xi8>
  %z = nibble.dequantize %q scale(%s : tensor<1x2xf16>)
         as <u2 @ternary, block = [1, 4], scale = [f16], radix = 3> : tensor<1x2xi8> -> tensor<1x8xf32>
  %c = nibble.quantize %y scale(%s : tensor<1x2xf16>)
         as <u2 @ternary, block = [1, 4], scale = [f16], radix = 3> : tensor<1x8xf32> -> tensor<1x2xi8>
  return %s, %q, %z, %c : tensor<1x2xf16>, tensor<1x2xi8>, tensor<1x8xf32>, tensor<1x2xi8>
}

// -----

// (S47): with the levels -1, 0, 1 the block 4, 2, 2, 2 has the error (4 - s)^2 + 3 (s - 2)^2 at a scale s below 4, least at 2.5 = 4 * 40 / 64,
// and 12 at 4, where 2 / 4 rounds to 0.
// CHECK: tensor<f32> 2.5
nibble.scheme @searched <u2> scale_by squared_error
  encode {
  ^bb0(%value: f32, %scale: f32):
    %quotient = arith.divf %value, %scale : f32
    %rounded = math.roundeven %quotient : f32
    %level = arith.fptosi %rounded : f32 to i32
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i32
    %sum = arith.addi %level, %one : i32
    %code = arith.minsi %sum, %two : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i32
    %digit = arith.minsi %code, %two : i32
    %level = arith.subi %digit, %one : i32
    %real = arith.sitofp %level : i32 to f32
    %value = arith.mulf %real, %scale : f32
    nibble.yield %value : f32
  }
func.func @main() -> tensor<f32> {
  %x = arith.constant dense<[4.0, 2.0, 2.0, 2.0]> : tensor<4xf32>
  %s = nibble.choose_params %x as <u2 @searched> : tensor<4xf32> -> tensor<f32>
  return %s : tensor<f32>
}

// -----

// (S49): a declared choice. Values are 2^(code * scale + minimum), for which the largest and smallest of a block give the parameters; the block
// that is cut off has 0, which counts as 1 here.
// CHECK:      tensor<1x2xf32> {{\[\[}}1, 0.333333343]]
// CHECK-NEXT: tensor<1x2xf32> {{\[\[}}-1, 0]]
// CHECK-NEXT: tensor<1x2xi8> {{\[\[}}27, 3]]
// CHECK-NEXT: tensor<1x5xf32> {{\[\[}}4, 2, 1, 0.5, 2]]
nibble.scheme @logarithmic <u2, block = [4], zero_point = minimum>
  choose {
  ^bb0(%block: tensor<4xf32>):
    %one = arith.constant 1.0 : f32
    %three = arith.constant 3.0 : f32
    %huge = arith.constant 1.0e30 : f32
    %from_one = tensor.from_elements %one : tensor<f32>
    %from_huge = tensor.from_elements %huge : tensor<f32>
    %high = linalg.reduce ins(%block : tensor<4xf32>) outs(%from_one : tensor<f32>) dimensions = [0]
      (%value: f32, %most: f32) {
        %max = arith.maximumf %value, %most : f32
        linalg.yield %max : f32
      }
    %low = linalg.reduce ins(%block : tensor<4xf32>) outs(%from_huge : tensor<f32>) dimensions = [0]
      (%value: f32, %least: f32) {
        %zero = arith.constant 0.0 : f32
        %is_zero = arith.cmpf oeq, %value, %zero : f32
        %used = arith.select %is_zero, %one, %value : f32
        %min = arith.minimumf %used, %least : f32
        linalg.yield %min : f32
      }
    %most = tensor.extract %high[] : tensor<f32>
    %least = tensor.extract %low[] : tensor<f32>
    %minimum = math.log2 %least : f32
    %maximum = math.log2 %most : f32
    %range = arith.subf %maximum, %minimum : f32
    %scale = arith.divf %range, %three : f32
    nibble.yield %scale, %minimum : f32, f32
  } encode {
  ^bb0(%value: f32, %scale: f32, %minimum: f32):
    %log = math.log2 %value : f32
    %difference = arith.subf %log, %minimum : f32
    %quotient = arith.divf %difference, %scale : f32
    %rounded = math.roundeven %quotient : f32
    %code = arith.fptosi %rounded : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %minimum: f32):
    %real = arith.sitofp %code : i32 to f32
    %product = arith.mulf %real, %scale : f32
    %exponent = arith.addf %product, %minimum : f32
    %value = math.exp2 %exponent : f32
    nibble.yield %value : f32
  }
func.func @main() -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xi8>, tensor<1x5xf32>) {
  %x = arith.constant dense<[[4.0, 2.0, 1.0, 0.5, 2.0]]> : tensor<1x5xf32>
  %s, %m = nibble.choose_params %x as <u2 @logarithmic, block = [1, 4], zero_point = minimum>
             : tensor<1x5xf32> -> tensor<1x2xf32> zero_point tensor<1x2xf32>
  %q = nibble.quantize %x scale(%s : tensor<1x2xf32>) zero_point(%m : tensor<1x2xf32>)
         as <u2 @logarithmic, block = [1, 4], zero_point = minimum> : tensor<1x5xf32> -> tensor<1x2xi8>
  %y = nibble.dequantize %q scale(%s : tensor<1x2xf32>) zero_point(%m : tensor<1x2xf32>)
         as <u2 @logarithmic, block = [1, 4], zero_point = minimum> : tensor<1x2xi8> -> tensor<1x5xf32>
  return %s, %m, %q, %y : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xi8>, tensor<1x5xf32>
}
