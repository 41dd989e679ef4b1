@NullMarked
package dev.millrace.registry.acl;

import org.jspecify.annotations.NullMarked;
