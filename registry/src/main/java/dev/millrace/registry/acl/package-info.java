/** Who may do what. */
@NullMarked
package dev.millrace.registry.acl;

import org.jspecify.annotations.NullMarked;
