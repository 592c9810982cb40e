#!/usr/bin/perl
# Writes a Nero image to stdout, from the layout of its chunks (all numbers big-endian).
# usage: nrg.pl VERSION dao|tao CODE:STORED:CONTROL:PREGAP:FILE...   "/" begins another session
# FILE has the track's sectors as they are stored; PREGAP sectors of zeros go before them.
use strict;
use warnings;

my ($version, $kind, @specs) = @ARGV;
my ($width, $place) = $version == 2 ? ("Q>", 8) : ("N", 4);
my ($offset, $lba, $number, $session) = (0, -150, 1, 0);
my (@sessions, $chunks);

sub chunk { my ($id, $data) = @_; $chunks .= $id . pack("N", length $data) . $data; }
sub bcd { return int($_[0] / 10) * 16 + $_[0] % 10 }

sub cue {
    my ($control, $track, $index, $at) = @_;
    my $frames = $at + 150;
    my $address = $version == 2
        ? pack("l>", $at)
        : pack("C4", 0, bcd(int($frames / 4500)), bcd(int($frames / 75) % 60), bcd($frames % 75));
    return pack("C4", $control, $track, $index, 0) . $address;
}

binmode STDOUT;
for my $spec (@specs) {
    if ($spec eq "/") {
        $lba += ++$session == 1 ? 11250 : 6750;
        next;
    }
    my ($code, $stored, $control, $pregap, $file) = split /:/, $spec, 5;
    my $size = -s $file;
    open my $in, "<:raw", $file or die "$file: $!";
    print "\0" x ($pregap * $stored);
    my $bytes;
    print $bytes while read $in, $bytes, 1 << 20;
    my $count = $size / $stored;
    my $gap = $lba == -150 && !$pregap ? 150 : $pregap;
    my $index1 = $offset + $pregap * $stored;
    push @{ $sessions[$session] }, {
        number => $number++, code => $code, stored => $stored, control => hex $control, index0 => $offset,
        index1 => $index1, end => $index1 + $size, lba0 => $lba, lba1 => $lba + $gap, count => $count,
    };
    $offset = $index1 + $size;
    $lba += $gap + $count;
}

for my $tracks (@sessions) {
    my ($first, $last) = @$tracks[0, -1];
    if ($kind eq "tao") {
        my $rest = $version == 2 ? 8 : 4;
        chunk($version == 2 ? "ETN2" : "ETNF", join "", map {
            pack("${width}2 N l>", $_->{index1}, $_->{end} - $_->{index1}, $_->{code}, $_->{lba1}) . "\0" x $rest
        } @$tracks);
    } else {
        my $size = 22 + @$tracks * (18 + 3 * $place);
        chunk($version == 2 ? "CUEX" : "CUES", cue($first->{control}, 0, 0, $first->{lba0}) . join("", map {
            cue($_->{control}, bcd($_->{number}), 0, $_->{lba0}) . cue($_->{control}, bcd($_->{number}), 1, $_->{lba1})
        } @$tracks) . cue($last->{control}, 0xAA, 1, $last->{lba1} + $last->{count}));
        chunk($version == 2 ? "DAOX" : "DAOI",
            pack("N x13 x3 C2", $size, $first->{number}, $last->{number}) . join "", map {
            pack("x12 n C x n ${width}3", $_->{stored}, $_->{code}, 1, $_->{index0}, $_->{index1}, $_->{end})
        } @$tracks);
    }
    chunk("SINF", pack "N", scalar @$tracks);
}
chunk("MTYP", pack "N", 1) if $version == 2;
chunk("END!", "");
print $chunks, $version == 2 ? "NER5" : "NERO", pack $width, $offset;
