/* What every public header of disckit uses. */
#ifndef DISCKIT_API_H
#define DISCKIT_API_H

#define DK_API                 __attribute__((visibility("default")))
#define DK_MUST_USE            __attribute__((warn_unused_result))
#define DK_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define DK_CLEANUP(function)   __attribute__((cleanup(function)))

#endif
