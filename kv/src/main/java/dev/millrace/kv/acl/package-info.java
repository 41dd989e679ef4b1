/** Access control lists: who may run which command on which keys and channels. */
@NullMarked
package dev.millrace.kv.acl;

import org.jspecify.annotations.NullMarked;
