// The requantizations of TFLite and TOSA, of codes of 8 and 16 bits, with shifts to either side.
func.func @main(%bytes: tensor<4096xi8>, %words: tensor<4096xi16>)
    -> (tensor<4096xi8>, tensor<4096xi8>, tensor<4096xi16>, tensor<4096xi8>, tensor<4096xi16>, tensor<4096xi8>) {
  %zi = arith.constant dense<-5> : tensor<i32>
  %zr = arith.constant dense<17> : tensor<i32>
  %small = arith.constant dense<[1717986918, -3]> : tensor<2xi32>
  %large = arith.constant dense<[1500000001, 7]> : tensor<2xi32>
  %tosa_small = arith.constant dense<[1717986918, 37]> : tensor<2xi32>
  %tosa_large = arith.constant dense<[1500000001, 22]> : tensor<2xi32>
  %0 = nibble.requantize %bytes multiplier(%small : tensor<2xi32>) input_zero_point(%zi : tensor<i32>)
         result_zero_point(%zr : tensor<i32>) from <s8, zero_point = integer>
         to <s8 narrow, zero_point = integer, rounding = tflite_single> : tensor<4096xi8> -> tensor<4096xi8>
  %1 = nibble.requantize %bytes multiplier(%small : tensor<2xi32>) input_zero_point(%zi : tensor<i32>)
         result_zero_point(%zr : tensor<i32>) from <s8, zero_point = integer>
         to <u8, zero_point = integer, rounding = tflite_double> : tensor<4096xi8> -> tensor<4096xi8>
  %2 = nibble.requantize %bytes multiplier(%large : tensor<2xi32>) from <u8> to <s16, rounding = tflite_double>
         : tensor<4096xi8> -> tensor<4096xi16>
  %3 = nibble.requantize %words multiplier(%tosa_small : tensor<2xi32>) result_zero_point(%zr : tensor<i32>) from <s16>
         to <s8, zero_point = integer, rounding = tosa> : tensor<4096xi16> -> tensor<4096xi8>
  %4 = nibble.requantize %words multiplier(%tosa_large : tensor<2xi32>) from <u16> to <s16, rounding = tosa>
         : tensor<4096xi16> -> tensor<4096xi16>
  %5 = nibble.requantize %words multiplier(%large : tensor<2xi32>) from <s16> to <s8, rounding = tflite_single>
         : tensor<4096xi16> -> tensor<4096xi8>
  return %0, %1, %2, %3, %4, %5
    : tensor<4096xi8>, tensor<4096xi8>, tensor<4096xi16>, tensor<4096xi8>, tensor<4096xi16>, tensor<4096xi8>
}
