#!/usr/bin/perl
# stdin: sectors of 2048 bytes; stdout: raw ones of 2352, Mode 1, from LBA 0, with EDC and ECC (ECMA-130 14, annex A).
# Written apart from the library, so that what the library checks was not made by it.
use strict;
use warnings;

my (@times2, @back, @edc);
for my $i (0 .. 255) {
    my $double = ($i << 1 ^ ($i & 128 ? 0x11d : 0)) & 255;
    $times2[$i] = $double;
    $back[$i ^ $double] = $i;
    my $sum = $i;
    $sum = $sum & 1 ? $sum >> 1 ^ 0xd8018001 : $sum >> 1 for 1 .. 8;
    $edc[$i] = $sum;
}

# The places of each code word, P (86 columns of 24) then Q (52 diagonals of 43), in bytes from the header on.
sub places {
    my ($major, $minor, $major_step, $minor_step) = @_;
    my $size = $major * $minor;
    return map {
        my $first = ($_ >> 1) * $major_step + ($_ & 1);
        [map { ($first + $_ * $minor_step) % $size } 0 .. $minor - 1]
    } 0 .. $major - 1;
}
my @p = places(86, 24, 2, 86);
my @q = places(52, 43, 86, 88);

sub parity {
    my ($bytes, @words) = @_;
    my (@first, @second);
    for my $word (@words) {
        my ($a, $b) = (0, 0);
        for my $byte (@$bytes[@$word]) { $a = $times2[$a ^ $byte]; $b ^= $byte; }
        $a = $back[$times2[$a] ^ $b];
        push @first, $a;
        push @second, $a ^ $b;
    }
    return (@first, @second);
}

sub bcd { return int($_[0] / 10) * 16 + $_[0] % 10 }

binmode STDIN;
binmode STDOUT;
my $user;
for (my $at = 150; read(STDIN, $user, 2048); $at++) {
    $user .= "\0" x (2048 - length $user);
    my @sector = (0, (255) x 10, 0, bcd(int($at / 4500)), bcd(int($at / 75) % 60), bcd($at % 75), 1, unpack("C*", $user));
    my $sum = 0;
    $sum = $sum >> 8 ^ $edc[($sum ^ $_) & 255] for @sector;
    push @sector, unpack("C4", pack("V", $sum)), (0) x 8;
    my @coded = @sector[12 .. $#sector];
    push @coded, parity(\@coded, @p);
    push @coded, parity(\@coded, @q);
    print pack("C*", @sector[0 .. 11], @coded);
}
