/* What the numbers for languages and genres in CD-TEXT stand for. */
#include <disckit/cdtext.h>

/* clang-format off */

/* EBU Tech 3264, appendix 3: European languages from 01, all others from 45 on, backwards in the alphabet. */
static const char *const languages[] = {
    [0x01] = "Albanian", "Breton", "Catalan", "Croatian", "Welsh", "Czech", "Danish",
    [0x08] = "German", "English", "Spanish", "Esperanto", "Estonian", "Basque", "Faroese", "French",
    [0x10] = "Frisian", "Irish", "Gaelic", "Galician", "Icelandic", "Italian", "Lappish", "Latin",
    [0x18] = "Latvian", "Luxembourgish", "Lithuanian", "Hungarian", "Maltese", "Dutch", "Norwegian", "Occitan",
    [0x20] = "Polish", "Portuguese", "Romanian", "Romansh", "Serbian", "Slovak", "Slovenian", "Finnish",
    [0x28] = "Swedish", "Turkish", "Flemish", "Walloon",
    [0x45] = "Zulu", "Vietnamese", "Uzbek",
    [0x48] = "Urdu", "Ukrainian", "Thai", "Telugu", "Tatar", "Tamil", "Tajik", "Swahili",
    [0x50] = "Sranan Tongo", "Somali", "Sinhalese", "Shona", "Serbo-Croat", "Ruthenian", "Russian", "Quechua",
    [0x58] = "Pashto", "Punjabi", "Persian", "Papiamento", "Oriya", "Nepali", "Ndebele", "Marathi",
    [0x60] = "Moldavian", "Malaysian", "Malagasy", "Macedonian", "Laotian", "Korean", "Khmer", "Kazakh",
    [0x68] = "Kannada", "Japanese", "Indonesian", "Hindi", "Hebrew", "Hausa", "Gurani", "Gujarati",
    [0x70] = "Greek", "Georgian", "Fulani", "Dari", "Chuvash", "Chinese", "Burmese", "Bulgarian",
    [0x78] = "Bengali", "Belorussian", "Bambara", "Azerbaijani", "Assamese", "Armenian", "Arabic", "Amharic",
};

/* Red Book, as MMC-3 annex J gives it; 0 is none and 1 is not defined. */
static const char *const genres[] = {
    [2] = "Adult Contemporary", "Alternative Rock", "Children's", "Classical", "Contemporary Christian", "Country",
    [8] = "Dance", "Easy Listening", "Erotic", "Folk", "Gospel", "Hip Hop", "Jazz", "Latin",
    [16] = "Musical", "New Age", "Opera", "Operetta", "Pop", "Rap", "Reggae", "Rock",
    [24] = "Rhythm & Blues", "Sound Effects", "Spoken Word", "World",
};

/* clang-format on */

const char *dk_cd_text_language_name(uint8_t code)
{
    return code < sizeof languages / sizeof *languages ? languages[code] : NULL;
}

const char *dk_cd_text_genre_name(uint16_t code)
{
    return code < sizeof genres / sizeof *genres ? genres[code] : NULL;
}
