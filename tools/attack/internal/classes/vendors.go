package classes

import (
	"io"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/tools/attack/internal/vendors"
	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// vendorClasses are attacks by a vendor, behind calls that are as they should be.
func vendorClasses() []*Class {
	classes := []*Class{
		{Name: "gzip members without end", Answer: vendors.GzipMembers},
		{Name: "a bomb of gzip", Answer: vendors.GzipBomb},
		{Name: "gzip of Huffman codes", Answer: vendors.Endless(vendors.GzipHead+"\r\n"+huffmanCodes, strings.Repeat(emptyBlock, 512))},
		{Name: "bodies without end", Answer: vendors.InTurn(
			vendors.Endless("HTTP/1.1 200 OK\r\n\r\n", strings.Repeat(" ", 16<<10)),
			vendors.Endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("1\r\n \r\n", 2<<10)),
			vendors.Endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", strings.Repeat("x", 16<<10)),
			vendors.Endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", strings.Repeat("x: y\r\n", 2<<10)),
		)},
		{Name: "heads without end", Answer: vendors.InTurn(
			vendors.Endless("HTTP/1.1 200 OK\r\n", strings.Repeat("X-Header: value\r\n", 1<<10)),
			vendors.Endless("HTTP/1.1 200 ", strings.Repeat("x", 16<<10)),
			vendors.Endless("", strings.Repeat("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n", 512)),
			vendors.Endless("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", strings.Repeat("x", 16<<10)),
		)},
		{Name: "1,000 1xx before the answer", Answer: func(conn io.Writer, usual []byte) {
			_, _ = io.WriteString(conn, strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 1000))
			_, _ = conn.Write(usual)
		}},
		{Name: "a byte now and then", Answer: vendors.Slow},
		{Name: "bytes after the answer", Answer: func(conn io.Writer, usual []byte) {
			_, _ = conn.Write(append(usual, strings.Repeat("HTTP/1.1 200 OK\r\nX: name and number\r\n\r\n", 100)...))
			time.Sleep(100 * time.Millisecond)
		}},
		{Name: "JSON in JSON", Answer: vendors.NestedJSON},
	}
	for _, c := range classes {
		c.Family, c.Rate = "vendor", legalRate/2
		c.Attack = sendMessages(func(t *wire.Target) [][]byte { return [][]byte{smallMessage(t)} })
	}
	return classes
}
